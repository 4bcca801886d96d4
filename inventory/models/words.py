"""The words that stand in the names of a shop's parts: what a mistyped word is compared with."""

from collections.abc import Callable
from typing import Any

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func
from django.utils.translation import gettext_lazy as _

from shops.models import Shop

# Words of parts that are written are remembered by the statement that writes them, however it does.
# Those that are there already are left alone, so that two imports do not wait for one another.
_REMEMBER = """
INSERT INTO inventory_word (shop_id, word)
SELECT w.shop_id, w.word FROM (
    SELECT DISTINCT row.shop_id, unnest(string_to_array(row.words, ' ')) COLLATE "C" AS word
    FROM written AS row WHERE row.words <> '' {changed}
) AS w
WHERE NOT EXISTS (SELECT FROM inventory_word AS v WHERE v.shop_id = w.shop_id AND v.word = w.word)
ORDER BY w.shop_id, w.word
ON CONFLICT DO NOTHING;
RETURN NULL;
"""
_CHANGED = "AND NOT EXISTS (SELECT FROM before AS was WHERE was.id = row.id AND was.words = row.words)"

# The package leaves the class without types.
_transition: Callable[..., Any] = pgtrigger.Referencing

REMEMBER_WORDS = [
    pgtrigger.Trigger(
        name="words_of_new",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=_transition(new="written"),
        func=_REMEMBER.format(changed=""),
    ),
    pgtrigger.Trigger(
        name="words_of_changed",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=_transition(old="before", new="written"),
        func=_REMEMBER.format(changed=_CHANGED),
    ),
]


class Word(models.Model):
    """A word of a shop's part names or brands (`inventory.keys.words_of`). Written by the database."""

    pk = models.CompositePrimaryKey("shop_id", "word")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+", db_index=False)
    word = models.TextField(db_collation="C")

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")
        indexes = [
            GinIndex(
                F("shop"), OpClass(F("word"), "gin_trgm_ops"), name="words_like", fastupdate=False
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.word


class WordKeys(Func):
    """The keys under which the search finds a part by its words, brand, category: see migration 0008."""

    function = "inventory_word_keys"

    def __init__(self, *expressions: Any, **extra: Any) -> None:
        super().__init__(*expressions, output_field=ArrayField(models.BigIntegerField()), **extra)

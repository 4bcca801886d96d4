"""Acts on the order of a shop's things: its tree of categories, and its bins."""

from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from clutch.core import versions
from clutch.core.errors import Conflict, Invalid, NotFound
from clutch.feed.action import action, attempt
from clutch.feed.actor import Actor
from inventory import locks, rules
from inventory.models import Bin, BinStock, Category, Part
from shops.keys import name_key
from shops.rules import Act

DEEPEST = 5


@action
def add_category(shop_id: UUID, *, name: str, parent_id: UUID | None = None, actor: Actor) -> Category:
    """Add a category, at the top or below another.

    Raises Invalid at `name` or `parent_id` (at most 5 levels), Conflict `category_exists` at `name`.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    tree = {row.pk: row for row in locks.categories(shop_id)}
    row = Category(shop_id=shop_id, parent=_parent(tree, parent_id))
    _check_depth(tree, row)
    _call(row, name)
    return _saved(row)


@action
def change_category(
    category_id: UUID,
    *,
    shop_id: UUID,
    name: str,
    parent_id: UUID | None,
    expected_version: int | None = None,
    actor: Actor,
) -> Category:
    """Rename a category, or move it with all below it. Never below itself.

    Raises NotFound, StaleVersion, Invalid at `name` or `parent_id`, Conflict `category_exists`.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    tree = {row.pk: row for row in locks.categories(shop_id)}
    row = _category(tree, category_id)
    versions.check(row, expected_version)
    parent = _parent(tree, parent_id)
    if parent is not None and row.pk in _way(tree, parent):
        message = _("A category cannot lie below itself.")
        raise Invalid(message, fields={"parent_id": [message]})
    row.parent = parent
    _check_depth(tree, row)
    _call(row, name)
    return _saved(row)


@action
def merge_category(category_id: UUID, *, shop_id: UUID, into_id: UUID, actor: Actor) -> Category:
    """Bring the parts and subcategories of a category into another; the first is gone then.

    Raises NotFound, Invalid at `into_id` for itself or one below it, Conflict `category_exists`
    where both have a subcategory of one name.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    tree = {row.pk: row for row in locks.categories(shop_id)}
    row, into = _category(tree, category_id), _category(tree, into_id)
    if row.pk in _way(tree, into):
        message = _("Choose a category that is not below this one.")
        raise Invalid(message, fields={"into_id": [message]})
    below = [child for child in tree.values() if child.parent_id == row.pk]
    names = {child.key for child in tree.values() if child.parent_id == into.pk}
    twice = next((child for child in below if child.key in names), None)
    if twice is not None:
        said = _("Both have a subcategory “%(name)s”. Merge those first.") % {"name": twice.name}
        raise Conflict(said, code="category_exists")
    for child in below:
        child.parent = into
        _check_depth(tree, child)
    Category.objects.filter(parent=row).update(parent=into)
    Part.objects.filter(category=row).update(category=into)
    row.delete()
    into.refresh_from_db()
    return into


@action
def remove_category(category_id: UUID, *, shop_id: UUID, actor: Actor) -> None:
    """Remove a category that holds nothing. Raises NotFound, Conflict `category_in_use`."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    tree = {row.pk: row for row in locks.categories(shop_id)}
    row = _category(tree, category_id)
    has_below = any(child.parent_id == row.pk for child in tree.values())
    if has_below or Part.objects.filter(category=row).exists():
        said = _("There are parts or subcategories in it. Merge it into another one.")
        raise Conflict(said, code="category_in_use")
    row.delete()


def _category(tree: dict[UUID, Category], category_id: UUID) -> Category:
    if category_id not in tree:
        raise NotFound(_("There is no such category."))
    return tree[category_id]


def _parent(tree: dict[UUID, Category], parent_id: UUID | None) -> Category | None:
    if parent_id is None or parent_id in tree:
        return tree.get(parent_id) if parent_id else None
    message = _("There is no such category.")
    raise Invalid(message, fields={"parent_id": [message]})


def _way(tree: dict[UUID, Category], row: Category) -> list[UUID]:
    """A category and all above it."""
    found, at = [row.pk], row.parent_id
    while at is not None and at not in found:
        found.append(at)
        at = tree[at].parent_id
    return found


def _check_depth(tree: dict[UUID, Category], row: Category) -> None:
    """Raise Invalid when what is below a category would lie deeper than 5 levels."""
    above = len(_way(tree, tree[row.parent_id])) if row.parent_id else 0
    layer, deep = [row.pk], 0
    while layer:
        deep += 1
        layer = [child.pk for child in tree.values() if child.parent_id in layer]
    if above + deep > DEEPEST:
        message = _("Categories have at most %(most)s levels.") % {"most": DEEPEST}
        raise Invalid(message, fields={"parent_id": [message]})


def _call(row: Category, name: str) -> None:
    row.name = " ".join(name.split())
    row.key = name_key(row.name)[:80]
    if not row.key or len(row.name) > 80:
        message = _("Enter a name of 1 to 80 characters.")
        raise Invalid(message, fields={"name": [message]})


def _saved(row: Category) -> Category:
    try:
        with attempt():
            row.save()
    except IntegrityError as error:
        message = _("There is such a category here already.")
        raise Conflict(message, code="category_exists", fields={"name": [message]}) from error
    row.refresh_from_db()
    return row


@action
def add_bin(shop_id: UUID, *, code: str, name: str = "", actor: Actor) -> Bin:
    """Add a place where parts lie. Raises Invalid at `code` or `name`, Conflict `bin_exists` at `code`."""
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    row = Bin(shop_id=shop_id)
    _label(row, code, name)
    return _saved_bin(row)


@action
def change_bin(
    bin_id: UUID,
    *,
    shop_id: UUID,
    code: str,
    name: str = "",
    is_active: bool = True,
    expected_version: int | None = None,
    actor: Actor,
) -> Bin:
    """Rename a bin, take it out of use or into use again. What its label reads stays.

    Raises NotFound, StaleVersion, Invalid at `code` or `name`, Conflict `bin_exists` at `code`,
    `bin_in_use` while units lie in it.
    """
    rules.require(actor, shop_id, Act.EDIT_PARTS)
    row = locks.bins(shop_id, [bin_id]).first()
    if row is None:
        raise NotFound(_("There is no such bin."))
    versions.check(row, expected_version)
    if not is_active and BinStock.objects.filter(bin=row).exclude(quantity=0).exists():
        raise Conflict(_("Parts lie in this bin. Move them first."), code="bin_in_use")
    row.is_active = is_active
    _label(row, code, name)
    return _saved_bin(row)


def _label(row: Bin, code: str, name: str) -> None:
    row.code, row.name = " ".join(code.split()), " ".join(name.split())
    row.key = name_key(row.code)[:40]
    errors: dict[str, list[object]] = {}
    if not row.key or len(row.code) > 40:
        errors["code"] = [_("Enter a code of 1 to 40 characters.")]
    if len(row.name) > 80:
        errors["name"] = [_("At most %(length)s characters.") % {"length": 80}]
    if errors:
        raise Invalid(_("Check the marked fields."), fields=errors)


def _saved_bin(row: Bin) -> Bin:
    try:
        with attempt():
            row.save()
    except IntegrityError as error:
        message = _("There is such a bin already.")
        raise Conflict(message, code="bin_exists", fields={"code": [message]}) from error
    row.refresh_from_db()
    return row

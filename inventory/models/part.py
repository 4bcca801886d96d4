"""A part in a shop's catalogue, and every number and code by which it is known."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from inventory.enums import NumberKind, PartStatus, PartType, Symbology, TaxClass
from inventory.models.words import REMEMBER_WORDS, WordKeys
from shops.models import Shop
from shops.storage import private_storage


class Category(Entity):
    """A node of a shop's tree of categories; a child of a category is a subcategory."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="categories")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(_("name"), max_length=80)
    key = models.CharField(max_length=80, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "parent", "key"], name="category_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return self.name


class Part(Entity):
    """What a shop sells under one number, brand and part type. Amounts are in the shop's currency.

    `number_key`, `brand_key`, `name_key` and `words` are the forms in which numbers and names are
    compared; whoever writes number, name or brand writes them too (`inventory.keys.keys_of`).
    Levels are in units. What is on hand stands in `Stock`.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="parts", db_index=False)
    number = models.CharField(_("part number"), max_length=60)
    number_key = models.CharField(max_length=60, editable=False, db_collation="C")
    # The shop gave none, and the part got the next one of the shop's own series.
    number_generated = models.BooleanField(default=False, editable=False)
    name = models.CharField(_("name"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    # The words of name and brand as the search compares them, between single spaces.
    words = models.TextField(editable=False, default="")
    description = models.TextField(_("description"), max_length=4000, blank=True)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parts",
        verbose_name=_("category"),
        db_index=False,
    )
    brand = models.CharField(_("brand"), max_length=80, blank=True)
    brand_key = models.CharField(max_length=80, blank=True, editable=False)
    part_type = models.CharField(
        _("part type"), max_length=16, choices=PartType, default=PartType.AFTERMARKET
    )
    origin = models.CharField(_("country of origin"), max_length=60, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=PartStatus, default=PartStatus.ACTIVE, editable=False
    )

    length_mm = models.PositiveIntegerField(_("length, mm"), null=True, blank=True)
    width_mm = models.PositiveIntegerField(_("width, mm"), null=True, blank=True)
    height_mm = models.PositiveIntegerField(_("height, mm"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight, g"), null=True, blank=True)

    # The list cost of the last price list or receipt; what a sale cost comes from the ledger.
    cost_price = models.DecimalField(_("cost"), max_digits=12, decimal_places=3, null=True, blank=True)
    selling_price = models.DecimalField(_("price"), max_digits=12, decimal_places=3, null=True, blank=True)
    markup_percent = models.DecimalField(
        _("markup, %"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    discount_price = models.DecimalField(
        _("discount price"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    discount_from = models.DateField(_("discount from"), null=True, blank=True)
    discount_until = models.DateField(_("discount until"), null=True, blank=True)
    core_charge = models.DecimalField(
        _("core charge"), max_digits=12, decimal_places=3, null=True, blank=True
    )
    tax_class = models.CharField(_("tax class"), max_length=10, choices=TaxClass, default=TaxClass.STANDARD)
    warranty = models.CharField(_("warranty"), max_length=120, blank=True)

    min_level = models.PositiveIntegerField(_("minimum"), default=0)
    max_level = models.PositiveIntegerField(_("maximum"), null=True, blank=True)
    reorder_point = models.PositiveIntegerField(_("reorder point"), default=0)
    reorder_quantity = models.PositiveIntegerField(_("reorder quantity"), default=0)
    default_bin = models.ForeignKey(
        "inventory.Bin",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("bin"),
        db_index=False,
    )

    # Fits any vehicle: oil, bulbs, tools.
    is_universal = models.BooleanField(_("fits any vehicle"), default=False)
    superseded_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="supersedes",
        editable=False,
        db_index=False,
    )
    interchange = models.ForeignKey(
        "inventory.InterchangeGroup",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="parts",
        editable=False,
        db_index=False,
    )

    class Meta(Entity.Meta):
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        triggers = [*Entity.Meta.triggers, *REMEMBER_WORDS]
        # Few parts have a bin, a successor or an interchange, and none needs an index to say so.
        indexes = [
            models.Index(fields=["shop", "name", "id"], name="parts_by_name"),
            models.Index(
                fields=["category", "name", "id"],
                condition=Q(category__isnull=False),
                name="parts_of_category",
            ),
            models.Index(fields=["shop", "brand_key", "name", "id"], name="parts_of_brand"),
            models.Index(fields=["default_bin"], condition=Q(default_bin__isnull=False), name="parts_of_bin"),
            models.Index(
                fields=["superseded_by"], condition=Q(superseded_by__isnull=False), name="parts_superseded"
            ),
            models.Index(
                fields=["interchange"], condition=Q(interchange__isnull=False), name="parts_interchanged"
            ),
            models.Index(fields=["shop", "id"], condition=Q(is_universal=True), name="parts_universal"),
            GinIndex(
                WordKeys(F("shop"), F("id"), F("words"), F("brand_key"), F("category"), F("is_universal")),
                name="parts_by_words",
                fastupdate=False,
            ),
            GinIndex(
                fields=["shop", "name_key"], opclasses=["uuid_ops", "gin_trgm_ops"], name="parts_like_name"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "number_key", "brand_key", "part_type"], name="part_once"
            ),
            models.CheckConstraint(condition=~Q(number_key=""), name="part_has_number"),
            models.CheckConstraint(
                condition=Q(selling_price__isnull=True) | Q(selling_price__gte=0), name="part_price"
            ),
            models.CheckConstraint(
                condition=Q(cost_price__isnull=True) | Q(cost_price__gte=0), name="part_cost"
            ),
            models.CheckConstraint(
                condition=Q(max_level__isnull=True) | Q(max_level__gte=F("min_level")), name="part_levels"
            ),
            models.CheckConstraint(
                condition=Q(discount_from__isnull=True)
                | Q(discount_until__isnull=True)
                | Q(discount_until__gte=F("discount_from")),
                name="part_discount_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def price_on(self, day: date, quantity: int = 1) -> Decimal | None:
        """The unit price on a day of the shop's calendar: discount in its dates, else the best tier.

        None while the part has no price. Reads `tiers`; prefetch them for a list.
        """
        if self.selling_price is None:
            return None
        prices = [self.selling_price]
        prices += [tier.unit_price for tier in self.tiers.all() if tier.min_quantity <= quantity]
        if self.discount_price is not None and self._discounted(day):
            prices.append(self.discount_price)
        return min(prices)

    def _discounted(self, day: date) -> bool:
        begun = self.discount_from is None or self.discount_from <= day
        return begun and (self.discount_until is None or day <= self.discount_until)


class PartNumber(Entity):
    """Another number under which a part is known. `shop` and `key` are the index of the search."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, models.CASCADE, related_name="numbers")
    kind = models.CharField(_("kind"), max_length=12, choices=NumberKind, default=NumberKind.CROSS)
    number = models.CharField(_("number"), max_length=60)
    key = models.CharField(max_length=60, editable=False, db_collation="C")
    brand = models.CharField(_("brand"), max_length=80, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("other number")
        verbose_name_plural = _("other numbers")
        indexes = [models.Index(fields=["shop", "key"], name="numbers_by_key")]
        constraints = [
            models.UniqueConstraint(fields=["part", "kind", "key"], name="number_once"),
            models.CheckConstraint(condition=~Q(key=""), name="number_has_key"),
        ]

    def __str__(self) -> str:
        return self.number


class Barcode(Entity):
    """A code that a scanner reads and that means one part in this shop.

    `code` is as printed, `key` the form in which codes are compared (inventory.barcodes).
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, models.CASCADE, related_name="barcodes")
    code = models.CharField(_("code"), max_length=120)
    key = models.CharField(max_length=120, editable=False)
    symbology = models.CharField(_("kind"), max_length=12, choices=Symbology, default=Symbology.OTHER)
    # How many units one scan means: a box of ten has a code of its own.
    units = models.PositiveIntegerField(_("units"), default=1)

    class Meta(Entity.Meta):
        verbose_name = _("barcode")
        verbose_name_plural = _("barcodes")
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="barcode_once"),
            models.CheckConstraint(condition=~Q(key=""), name="barcode_has_key"),
            models.CheckConstraint(condition=Q(units__gte=1), name="barcode_units"),
        ]

    def __str__(self) -> str:
        return self.code


class PriceTier(Entity):
    """The unit price from a quantity on."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="tiers")
    min_quantity = models.PositiveIntegerField(_("from quantity"))
    unit_price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=3)

    class Meta(Entity.Meta):
        verbose_name = _("bulk price")
        verbose_name_plural = _("bulk prices")
        ordering = ["min_quantity"]
        constraints = [
            models.UniqueConstraint(fields=["part", "min_quantity"], name="tier_once"),
            models.CheckConstraint(condition=Q(min_quantity__gte=2, unit_price__gte=0), name="tier_sane"),
        ]

    def __str__(self) -> str:
        return f"{self.min_quantity}: {self.unit_price}"


class InterchangeGroup(Entity):
    """Parts that can stand in for one another, in both directions."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("interchange group")
        verbose_name_plural = _("interchange groups")

    def __str__(self) -> str:
        return self.note or str(self.pk)


class Supersession(Fact):
    """The history of what replaced what, in the maker's or the shop's words.

    `new_part` empty takes an earlier replacement back.
    """

    part = models.ForeignKey(Part, models.CASCADE, related_name="supersessions")
    new_part = models.ForeignKey(Part, models.CASCADE, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=200, blank=True)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(max_length=150, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("supersession")
        verbose_name_plural = _("supersessions")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.part_id} → {self.new_part_id}"


class Fitment(Entity):
    """A vehicle that a part fits. Years are inclusive; an empty field means all of them.

    `model` empty is every model of the make. Names are as listed or as typed.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    part = models.ForeignKey(Part, models.CASCADE, related_name="fitments")
    make = models.ForeignKey("shops.Make", models.PROTECT, related_name="+", verbose_name=_("make"))
    model = models.ForeignKey(
        "shops.VehicleModel", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("model")
    )
    year_from = models.PositiveSmallIntegerField(_("from year"), null=True, blank=True)
    year_to = models.PositiveSmallIntegerField(_("to year"), null=True, blank=True)
    engine = models.CharField(_("engine"), max_length=40, blank=True)
    position = models.CharField(_("position"), max_length=40, blank=True)
    notes = models.CharField(_("qualifier"), max_length=200, blank=True)

    class Meta(Entity.Meta):
        verbose_name = _("fitment")
        verbose_name_plural = _("fitments")
        # In the order of the parts, so that what fits a vehicle is read page by page.
        indexes = [
            models.Index(
                fields=["shop", "make", "model", "part"],
                include=["year_from", "year_to", "engine"],
                name="fitments_of_vehicle",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["part", "make", "model", "year_from", "year_to", "engine", "position"],
                name="fitment_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(year_from__isnull=True)
                | Q(year_to__isnull=True)
                | Q(year_to__gte=F("year_from")),
                name="fitment_years",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id} {self.make_id} {self.model_id or ''}"


def part_file_path(row: "PartPhoto | PartDocument", filename: str) -> str:
    """Where a file of a part lies under the private media folder."""
    return f"parts/{row.part_id}/{row.pk}{filename[filename.rfind('.') :]}"


def small_photo_path(row: "PartPhoto", filename: str) -> str:
    """Where the small form of a photo lies, beside the photo."""
    return f"parts/{row.part_id}/{row.pk}-small{filename[filename.rfind('.') :]}"


class PartPhoto(Entity):
    """A photo of a part; the first by position is shown in lists."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="photos")
    image = models.ImageField(_("photo"), upload_to=part_file_path, storage=private_storage)
    # What lists show of it.
    small = models.ImageField(
        _("small photo"), upload_to=small_photo_path, storage=private_storage, blank=True, editable=False
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(Entity.Meta):
        verbose_name = _("photo of a part")
        verbose_name_plural = _("photos of parts")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return f"{self.part_id} {self.position}"


class PartDocument(Entity):
    """A data sheet, a drawing or a certificate of a part."""

    part = models.ForeignKey(Part, models.CASCADE, related_name="documents")
    name = models.CharField(_("name"), max_length=120)
    file = models.FileField(_("file"), upload_to=part_file_path, storage=private_storage)

    class Meta(Entity.Meta):
        verbose_name = _("document of a part")
        verbose_name_plural = _("documents of parts")

    def __str__(self) -> str:
        return self.name

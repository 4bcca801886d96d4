"""A file of parts that a shop brings from elsewhere: what it says, what it changed, how to take it back."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity
from inventory.enums import ImportKind, ImportStatus, PartType
from inventory.models.part import Part
from shops.models import Shop
from shops.storage import private_storage


def import_file_path(row: "PartImport", filename: str) -> str:
    """Where the file of an import lies under the private media folder; its own name is not used."""
    return f"imports/{row.shop_id}/{row.pk}"


class PartImport(Entity):
    """A file, how it is read, how far it has come, and what came of it.

    Rows are numbered as the file shows them, from 1. `staged_through` and `applied_through` are the
    last rows that were checked and imported: each is written in the transaction of its rows, so work
    that a lost worker leaves behind goes on where it stood.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="part_imports")
    number = models.CharField(_("number"), max_length=40, editable=False)
    kind = models.CharField(_("kind"), max_length=16, choices=ImportKind)
    status = models.CharField(
        _("status"), max_length=12, choices=ImportStatus, default=ImportStatus.UPLOADED, editable=False
    )
    file = models.FileField(_("file"), upload_to=import_file_path, storage=private_storage)
    file_name = models.CharField(_("file name"), max_length=200)
    file_size = models.PositiveBigIntegerField(_("size, bytes"))
    file_hash = models.CharField(max_length=64, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    # How the file is read: see inventory.importing.reading.Layout.
    layout = models.JSONField(default=dict)
    # What the file has: its sheets, and the header of each column.
    sheets = models.JSONField(default=list)
    headers = models.JSONField(default=list)
    # Field → index of its column, from 0; and what is said for the whole file.
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)

    # Raised by every new mapping: what a worker has read under an earlier one counts no more.
    round = models.PositiveIntegerField(default=0)
    staged_through = models.PositiveIntegerField(default=0)
    applied_through = models.PositiveIntegerField(default=0)
    undone_through = models.UUIDField(null=True)
    # Of the file's bytes while it is checked, of its rows while they are imported; 0 to 1.
    share_done = models.FloatField(default=0)
    rows_total = models.PositiveIntegerField(_("rows"), default=0)
    rows_bad = models.PositiveIntegerField(_("rows with errors"), default=0)
    issues_total = models.PositiveIntegerField(default=0)
    to_create = models.PositiveIntegerField(default=0)
    to_update = models.PositiveIntegerField(default=0)
    # What is worth knowing and stops nothing: code → [how often, first row].
    notes = models.JSONField(default=dict)
    # Categories and bins that it made, by kind.
    places = models.JSONField(default=dict)

    parts_created = models.PositiveIntegerField(_("created"), default=0)
    parts_updated = models.PositiveIntegerField(_("updated"), default=0)
    parts_unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    units_moved = models.PositiveBigIntegerField(_("units"), default=0)
    parts_restored = models.PositiveIntegerField(default=0)
    parts_removed = models.PositiveIntegerField(default=0)
    parts_kept = models.PositiveIntegerField(default=0)

    failure = models.CharField(_("reason"), max_length=400, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta(Entity.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["shop", "-created_at"], name="imports_of_shop"),
            models.Index(fields=["shop", "file_hash"], name="imports_of_file"),
        ]
        constraints = [models.UniqueConstraint(fields=["shop", "number"], name="import_number")]

    def __str__(self) -> str:
        return self.number

    @property
    def fields(self) -> set[str]:
        """The fields that the file says something about: those of its columns and those said for all rows."""
        return {*self.mapping, *self.options.get("fixed", {})}

    @property
    def progress(self) -> int:
        """How far the current step has come, in percent."""
        return int(100 * min(max(self.share_done, 0), 1))


class ImportRow(models.Model):
    """A row of a file, read and checked, until it is imported. Not logged: it can be read again.

    Empty (null) says that the file says nothing, and the part keeps what it has.
    """

    pk = models.CompositePrimaryKey("source_id", "row")
    source = models.ForeignKey(PartImport, models.CASCADE, related_name="rows", db_constraint=False)
    row = models.PositiveIntegerField()
    # The key that a new part will get.
    new_id = models.UUIDField()
    # The part of the shop that the row means, found when it is imported.
    part_id = models.UUIDField(null=True)
    is_bad = models.BooleanField(default=False)

    number = models.CharField(max_length=60)
    number_key = models.CharField(max_length=60, db_collation="C")
    name = models.CharField(max_length=120, null=True)  # noqa: DJ001
    name_key = models.CharField(max_length=120, null=True)  # noqa: DJ001
    # Of name and brand, as the search compares them (inventory.keys.keys_of).
    words = models.TextField(null=True)  # noqa: DJ001
    description = models.TextField(null=True)  # noqa: DJ001
    brand = models.CharField(max_length=80, null=True)  # noqa: DJ001
    brand_key = models.CharField(max_length=80, null=True)  # noqa: DJ001
    part_type = models.CharField(max_length=16, null=True, choices=PartType)  # noqa: DJ001
    origin = models.CharField(max_length=60, null=True)  # noqa: DJ001
    tax_class = models.CharField(max_length=10, null=True)  # noqa: DJ001
    warranty = models.CharField(max_length=120, null=True)  # noqa: DJ001
    category = models.CharField(max_length=80, null=True)  # noqa: DJ001
    category_key = models.CharField(max_length=80, null=True)  # noqa: DJ001
    subcategory = models.CharField(max_length=80, null=True)  # noqa: DJ001
    subcategory_key = models.CharField(max_length=80, null=True)  # noqa: DJ001
    bin = models.CharField(max_length=40, null=True)  # noqa: DJ001
    bin_key = models.CharField(max_length=40, null=True)  # noqa: DJ001
    cost_price = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    selling_price = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    discount_price = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    core_charge = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    markup_percent = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    min_level = models.PositiveIntegerField(null=True)
    max_level = models.PositiveIntegerField(null=True)
    reorder_point = models.PositiveIntegerField(null=True)
    reorder_quantity = models.PositiveIntegerField(null=True)
    length_mm = models.PositiveIntegerField(null=True)
    width_mm = models.PositiveIntegerField(null=True)
    height_mm = models.PositiveIntegerField(null=True)
    weight_g = models.PositiveIntegerField(null=True)
    barcode = models.CharField(max_length=120, null=True)  # noqa: DJ001
    barcode_key = models.CharField(max_length=120, null=True)  # noqa: DJ001
    symbology = models.CharField(max_length=12, null=True)  # noqa: DJ001
    # [[kind, key, number as printed], …]
    oem_numbers = models.JSONField(null=True)
    cross_numbers = models.JSONField(null=True)
    quantity = models.PositiveIntegerField(null=True)
    unit_cost = models.DecimalField(max_digits=12, decimal_places=3, null=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of imports")

    def __str__(self) -> str:
        return f"{self.row}: {self.number}"


class ImportIssue(models.Model):
    """What is wrong with one cell; its words and its fix are in inventory.importing.issues."""

    id = models.BigAutoField(primary_key=True)
    source = models.ForeignKey(PartImport, models.CASCADE, related_name="issues")
    row = models.PositiveIntegerField(_("row"))
    # The field, and the index of its column; none where the whole row is meant.
    field = models.CharField(max_length=20, blank=True)
    column = models.PositiveSmallIntegerField(null=True)
    code = models.CharField(max_length=32)
    value = models.CharField(_("value"), max_length=120, blank=True)
    params = models.JSONField(default=dict)
    # Found when the import was undone, rather than in the file.
    at_undo = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("error of an import")
        verbose_name_plural = _("errors of imports")
        indexes = [models.Index(fields=["source", "at_undo", "row", "id"], name="issues_of_import")]

    def __str__(self) -> str:
        return f"{self.row} {self.field} {self.code}"


class ImportChange(models.Model):
    """What an import did to a part: the fields it wrote with their values before and after.

    `before` lacks what was empty. `made` names the numbers and barcodes that it added.
    """

    pk = models.CompositePrimaryKey("source_id", "part_id")
    source = models.ForeignKey(PartImport, models.CASCADE, related_name="changes")
    # Without a constraint: the undo removes the part and keeps what it did.
    part = models.ForeignKey(Part, models.DO_NOTHING, related_name="+", db_constraint=False)
    row = models.PositiveIntegerField()
    is_new = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    made = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("change by an import")
        verbose_name_plural = _("changes by imports")

    def __str__(self) -> str:
        return f"{self.source_id} {self.part_id}"


class ImportHeader(models.Model):
    """Which field a shop has meant by a header, so that the next file is mapped by itself.

    An empty `field` says that the column is left out.
    """

    id = models.BigAutoField(primary_key=True)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    field = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("remembered header")
        verbose_name_plural = _("remembered headers")
        constraints = [
            models.UniqueConstraint(fields=["shop", "key"], name="import_header_once"),
            models.CheckConstraint(condition=~Q(key=""), name="import_header_key"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.field}"

"""A shop's customers, their vehicles, and what is owed between them."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clutch.core.models import Entity, Fact
from sales.enums import Account, CustomerClass, CustomerKind, CustomerStatus, ReceiptBy
from shops.models import Shop


class Customer(Entity):
    """Somebody who buys from a shop. Amounts are in the shop's currency, phones in E.164.

    `name_key` is the form in which names are compared (shops.keys); `words` is all by which one is
    found (sales.finding), written by every act that changes it. A customer who was merged into
    another stays as a row that points there; who was erased keeps number and books only.
    """

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="customers")
    number = models.CharField(_("number"), max_length=20, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=CustomerKind, default=CustomerKind.PERSON)
    name = models.CharField(_("name"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False)
    words = models.TextField(editable=False, default="")
    # Contact
    phone = models.CharField(_("phone"), max_length=16, blank=True)
    second_phone = models.CharField(_("second phone"), max_length=16, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    district = models.CharField(_("district"), max_length=80, blank=True)
    # Business
    company = models.CharField(_("company"), max_length=120, blank=True)
    contact_person = models.CharField(_("contact person"), max_length=120, blank=True)
    tax_number = models.CharField(_("tax number"), max_length=40, blank=True)
    # Classification
    customer_class = models.CharField(
        _("class"), max_length=10, choices=CustomerClass, default=CustomerClass.RETAIL
    )
    discount_percent = models.DecimalField(_("discount, %"), max_digits=5, decimal_places=2, default=0)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    # Preferences
    language = models.CharField(_("language"), max_length=5, blank=True)
    receipt_by = models.CharField(_("receipt by"), max_length=10, choices=ReceiptBy, blank=True)
    marketing_consent_at = models.DateTimeField(_("agreed to offers"), null=True, blank=True)
    # Financial
    credit_limit = models.DecimalField(_("credit limit"), max_digits=12, decimal_places=3, default=0)
    terms_days = models.PositiveSmallIntegerField(_("payment terms, days"), default=0)
    status = models.CharField(
        _("status"), max_length=10, choices=CustomerStatus, default=CustomerStatus.ACTIVE, editable=False
    )
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Entity.Meta):
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(fields=["shop", "phone"], condition=~Q(phone=""), name="customers_by_phone"),
            models.Index(fields=["shop", "name", "id"], name="customers_by_name"),
            GinIndex(
                fields=["shop", "words"],
                opclasses=["uuid_ops", "gin_trgm_ops"],
                fastupdate=False,
                name="customers_found",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["shop", "number"], name="customer_number"),
            models.CheckConstraint(condition=Q(credit_limit__gte=0), name="customer_limit"),
            models.CheckConstraint(condition=Q(discount_percent__range=(0, 100)), name="customer_discount"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class CustomerVehicle(Entity):
    """A vehicle of a customer. Names are as listed or as typed."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="vehicles")
    make = models.ForeignKey("shops.Make", models.SET_NULL, null=True, blank=True, related_name="+")
    model = models.ForeignKey("shops.VehicleModel", models.SET_NULL, null=True, blank=True, related_name="+")
    make_name = models.CharField(_("make"), max_length=80)
    model_name = models.CharField(_("model"), max_length=80, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    vin = models.CharField(_("VIN or chassis number"), max_length=17, blank=True)
    plate = models.CharField(_("number plate"), max_length=20, blank=True)
    mileage_km = models.PositiveIntegerField(_("mileage, km"), null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What looked odd in the change just made; not kept.
    warnings: tuple[str, ...] = ()

    class Meta(Entity.Meta):
        verbose_name = _("vehicle of a customer")
        verbose_name_plural = _("vehicles of customers")

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.make_name, self.model_name, self.year or "") if part)


class CustomerBalance(models.Model):
    """What a customer's entries sum to; one row per customer, and the lock of all of them.

    `owed` is what the customer owes, `credit` what the shop owes, `deposit` what was paid ahead.
    """

    customer = models.OneToOneField(Customer, models.CASCADE, primary_key=True, related_name="balance")
    owed = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    credit = models.DecimalField(max_digits=14, decimal_places=3, default=0)
    deposit = models.DecimalField(max_digits=14, decimal_places=3, default=0)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(condition=Q(credit__gte=0, deposit__gte=0), name="credit_not_below_zero")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.owed}"


class AccountEntry(Fact):
    """One line of what is owed between a shop and a customer; signed, never changed.

    The document is named by kind, id and number. `due_on` is when a sale on account is to be paid.
    """

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="entries")
    account = models.CharField(_("account"), max_length=8, choices=Account)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=3)
    balance_after = models.DecimalField(max_digits=14, decimal_places=3)
    document_kind = models.CharField(max_length=20, blank=True)
    document_id = models.UUIDField(null=True)
    document_number = models.CharField(_("document"), max_length=40, blank=True)
    due_on = models.DateField(null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField(_("by"), max_length=150, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("account entry")
        verbose_name_plural = _("account entries")
        indexes = [models.Index(fields=["customer", "-at"], name="entries_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.account} {self.amount:+}"

"""A person: customer, member of a shop, or staff of the platform."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from clutch.core.ids import new_id


class UserManager(BaseUserManager["User"]):
    """Makes users; a person is known by phone, by e-mail, or by both."""

    def create_user(
        self,
        *,
        phone: str | None = None,
        email: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """Make a user. `phone` is E.164 ("+201001234567"). Raises ValueError without phone and e-mail."""
        if not (phone or email):
            raise ValueError("a user needs a phone number or an e-mail address")
        user = self.model(phone=phone or None, email=self.normalize_email(email) or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, **fields: Any) -> "User":
        """Make a member of staff who may do everything."""
        return self.create_user(is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by what a person types to sign in: e-mail (any case) or E.164 phone."""
        if username and "@" in username:
            return self.get(email__iexact=username)
        return self.get(phone=username)


# A sign-in (`last_login`) changes nothing that anybody edits.
RAISE_VERSION = pgtrigger.Trigger(
    name="raise_version",
    operation=pgtrigger.Update,
    when=pgtrigger.Before,
    condition=pgtrigger.AnyChange(exclude=["last_login", "version"]),
    func="NEW.version = OLD.version + 1; RETURN NEW;",
)


class User(AbstractBaseUser, PermissionsMixin):
    """Who signs in. Phone and e-mail are optional each, unique, and verified separately."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phone = models.CharField(_("phone"), max_length=16, unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(_("phone verified"), default=False)
    email = models.EmailField(_("e-mail"), null=True, blank=True)  # noqa: DJ001
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_demo = models.BooleanField(_("demo"), default=False, editable=False)
    date_joined = models.DateTimeField(_("joined"), auto_now_add=True)
    # The ETag of the profile; raised by the database.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        triggers: ClassVar[list[pgtrigger.Trigger]] = [RAISE_VERSION]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
            models.CheckConstraint(
                condition=models.Q(phone__isnull=False) | models.Q(email__isnull=False),
                name="user_can_be_reached",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.phone or self.email or str(self.pk)

"""Users for tests."""

from typing import Any

import factory
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from clutch.accounts.models import User


class UserFactory(factory.django.DjangoModelFactory[User]):
    """A customer with a verified Egyptian mobile number and no password."""

    class Meta:
        model = User

    phone = factory.Sequence(lambda n: f"+2010{n:08d}")
    phone_verified = True
    name = factory.Sequence(lambda n: f"Customer {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        """Hash the password that the test names; without one there is none."""
        return model_class.objects.create_user(**kwargs)


class StaffFactory(UserFactory):
    """A member of the platform's staff who may do everything; `second_factor=False` is not ready yet."""

    name = factory.Sequence(lambda n: f"Staff {n}")
    email = factory.Sequence(lambda n: f"staff{n}@example.org")
    is_staff = True
    is_superuser = True

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, second_factor: bool = True, **kwargs: Any) -> User:
        """Enrol a second factor, without which nobody counts as staff outside the demo."""
        user = super()._create(model_class, *args, **kwargs)
        if second_factor:
            TOTP.activate(user, generate_totp_secret())
        return user

"""The pages of the order of a shop's things: its categories and its bins."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clutch.core.errors import NotFound
from clutch.core.forms import line
from inventory.actions.places import (
    add_bin,
    add_category,
    change_bin,
    change_category,
    merge_category,
    remove_category,
)
from inventory.models import Bin, Category
from inventory.portal import reads
from inventory.portal.page import StockPage
from shops.portal.working import Question
from shops.rules import PERMISSIONS, Act


class CategoryForm(forms.Form):
    """A name, and the category above."""

    name = line(gettext_lazy("Name"), 80)
    parent_id = forms.TypedChoiceField(
        label=gettext_lazy("Below"), required=False, coerce=UUID, empty_value=None, choices=()
    )

    top = gettext_lazy("at the top")

    def __init__(self, shop_id: UUID, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", self.top), *reads.categories_of(shop_id)]
        for name in {"parent_id", "into_id"} & set(self.fields):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class MergeForm(CategoryForm):
    """The category that takes what is in this one."""

    name = None  # type: ignore[assignment]
    parent_id = None  # type: ignore[assignment]
    top = gettext_lazy("choose")
    into_id = forms.TypedChoiceField(label=gettext_lazy("Into"), coerce=UUID, choices=())


class BinForm(forms.Form):
    """A place in the shop."""

    code = line(
        gettext_lazy("Code"), 40, help_text=gettext_lazy("What stands on its label, such as A-03."),
        attrs={"dir": "ltr", "autocapitalize": "characters"},
    )  # fmt: skip
    name = line(gettext_lazy("Name"), 80, required=False)


class CategoriesView(StockPage):
    """`/portal/categories`: the tree, with the number of parts of each."""

    nav = "categories"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        self.require_act(Act.SEE_STOCK)
        rows = Category.objects.filter(shop=self.shop).annotate(held=Count("parts"))
        found = {str(row.pk): row for row in rows}
        tree = [(found[key], name, name.count(" › ")) for key, name in reads.categories_of(self.shop.pk)]
        return self.show("inventory/places/categories.html", {"tree": tree})


class BinsView(StockPage):
    """`/portal/bins`: the places, and how many parts lie in each."""

    nav = "bins"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, those out of use last."""
        self.require_act(Act.SEE_STOCK)
        held = Count("stock", filter=~Q(stock__quantity=0))
        rows = Bin.objects.filter(shop=self.shop).annotate(held=held).order_by("-is_active", "code")
        page = self.page_of(rows)
        return self.show("inventory/places/bins.html", {"page_obj": page, "bins": page})


class PlaceQuestion(Question, StockPage):
    """A small question about a category or a bin."""

    roles = PERMISSIONS[Act.EDIT_PARTS]
    page: str
    done_text = gettext_lazy("Saved.")
    button = gettext_lazy("Save")

    def back(self, **names: Any) -> str:
        """The page of all of them."""
        return reverse(self.page)

    def done(self, text: str, to: str) -> HttpResponse:
        """The page itself shows what is new."""
        return self.moved(text, to)

    def names(self) -> dict[str, Any]:
        """Whose it is and who acts."""
        return {"shop_id": self.member.shop_id, "actor": self.actor}


class CategoryQuestion(PlaceQuestion):
    """A question about a category."""

    page = "stock:categories"
    form_class = CategoryForm

    def form(self, subject: Any, *args: Any, **kwargs: Any) -> forms.Form:
        """The form with the tree of the shop."""
        return self.form_class(self.member.shop_id, *args, **kwargs)

    def subject(self, category_id: UUID | None = None) -> Category | None:
        """The category, or None for a new one."""
        if category_id is None:
            return None
        row = Category.objects.filter(shop=self.member.shop_id, pk=category_id).first()
        if row is None:
            raise NotFound(_("There is no such category."))
        return row


class CategoryFormView(CategoryQuestion):
    """Add one, rename or move one."""

    title = gettext_lazy("Category")

    def initial(self, subject: Category | None) -> dict[str, Any]:
        """As it is; a new one below what the address names."""
        if subject is None:
            return {"parent_id": self.request.GET.get("below", "")}
        return {"name": subject.name, "parent_id": subject.parent_id}

    def perform(self, subject: Category | None, said: dict[str, Any]) -> Any:
        """Save it."""
        if subject is None:
            return add_category(self.member.shop_id, actor=self.actor, **said)
        return change_category(subject.pk, **said, **self.names())


class MergeCategoryView(CategoryQuestion):
    """One category into another."""

    form_class = MergeForm
    title = gettext_lazy("Merge the category")
    lead = gettext_lazy("Its parts and subcategories go into the other one. This cannot be taken back.")
    button = gettext_lazy("Merge")

    def perform(self, subject: Category | None, said: dict[str, Any]) -> Any:
        """Merge it."""
        assert subject is not None
        return merge_category(subject.pk, into_id=said["into_id"], **self.names())


class RemoveCategoryView(CategoryQuestion):
    """Remove one that holds nothing."""

    title = gettext_lazy("Remove the category?")
    lead = gettext_lazy("Only an empty one can be removed; another can be merged.")
    button = gettext_lazy("Remove")
    done_text = gettext_lazy("Removed.")
    tone = "danger"

    def form(self, subject: Any, *args: Any, **kwargs: Any) -> forms.Form:
        """Nothing to fill in."""
        return forms.Form(*args)

    def perform(self, subject: Category | None, said: dict[str, Any]) -> Any:
        """Remove it."""
        assert subject is not None
        return remove_category(subject.pk, **self.names())


class BinQuestion(PlaceQuestion):
    """A question about a bin."""

    page = "stock:bins"
    form_class: ClassVar[type[forms.Form]] = BinForm

    def subject(self, bin_id: UUID | None = None) -> Bin | None:
        """The bin, or None for a new one."""
        if bin_id is None:
            return None
        row = Bin.objects.filter(shop=self.member.shop_id, pk=bin_id).first()
        if row is None:
            raise NotFound(_("There is no such bin."))
        return row


class BinFormView(BinQuestion):
    """Add one, or rename one."""

    title = gettext_lazy("Bin")

    def initial(self, subject: Bin | None) -> dict[str, Any]:
        """As it is."""
        return {"code": subject.code, "name": subject.name} if subject else {}

    def perform(self, subject: Bin | None, said: dict[str, Any]) -> Any:
        """Save it."""
        if subject is None:
            return add_bin(self.member.shop_id, actor=self.actor, **said)
        return change_bin(subject.pk, is_active=subject.is_active, **said, **self.names())


class BinUseView(BinQuestion):
    """Take one out of use, or into use again."""

    form_class = forms.Form
    title = gettext_lazy("In use or not")
    lead = gettext_lazy("A bin out of use is not offered any more; what its label reads stays.")
    button = gettext_lazy("Change")
    done_text = gettext_lazy("Changed.")

    def form(self, subject: Any, *args: Any, **kwargs: Any) -> forms.Form:
        """Nothing to fill in."""
        return forms.Form(*args)

    def perform(self, subject: Bin | None, said: dict[str, Any]) -> Any:
        """Turn it over."""
        assert subject is not None
        names = {"code": subject.code, "name": subject.name, **self.names()}
        return change_bin(subject.pk, is_active=not subject.is_active, **names)

"""Forms in the look of the site: `{{ form.name.as_field_group }}` is a finished field.

The renderer gives every widget that has no class of its own the matching Bootstrap class; label,
help and error come from templates/django/forms/field.html, tied to the input for screen readers.
"""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

from clutch.core.validators import money, no_control_characters

CLASSES = {
    "checkbox": "form-check-input",
    "radioselect": "form-check-input",
    "checkboxselectmultiple": "form-check-input",
    "select": "form-select",
    "selectmultiple": "form-select",
    "nullbooleanselect": "form-select",
    "hidden": "",
}


class StyledField(BoundField):
    """A bound field whose widget carries the site's classes."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Add the class of the widget's kind, and `is-invalid` beside an error."""
        built = super().build_widget_attrs(attrs, widget)
        used = widget or self.field.widget
        if "class" not in used.attrs and "class" not in attrs:
            name = CLASSES.get(self.widget_type, "form-control")
            built["class"] = f"{name} is-invalid" if name and self.errors else name
            if not built["class"]:
                del built["class"]
        return built


class Renderer(TemplatesSetting):
    """Django's renderer over the project's templates, with styled fields."""

    bound_field_class = StyledField


def line(label: Any, length: int, **kwargs: Any) -> forms.CharField:
    """One line of text; `attrs` go to its input."""
    widget = forms.TextInput(attrs=kwargs.pop("attrs", {}))
    validators = [no_control_characters]
    return forms.CharField(label=label, max_length=length, widget=widget, validators=validators, **kwargs)


def amount(label: Any, **kwargs: Any) -> forms.DecimalField:
    """An amount of money; decimals as the market's currency has them."""
    attrs = {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}
    return forms.DecimalField(label=label, widget=forms.TextInput(attrs=attrs), validators=[money], **kwargs)

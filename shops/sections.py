"""The shop's own sections in the navigation of its pages."""

from django.utils.translation import gettext_lazy as _

from clutch.core.navigation import Section, register_section

register_section(Section("profile", _("Shop"), "/portal/profile", "shop", "business", 80))
register_section(Section("members", _("Members"), "/portal/members", "people", "business", 90))

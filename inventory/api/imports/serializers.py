"""Shapes of imports on the wire."""

from typing import Any

from rest_framework import serializers

from clutch.core.casing import ModelSerializer, Serializer
from clutch.core.fields import LineField
from inventory.enums import ImportKind
from inventory.importing.fields import FIELDS
from inventory.importing.issues import NOTES, words
from inventory.models import ImportIssue, PartImport

FIELD_CHOICES = [(name, str(field.label)) for name, field in FIELDS.items()]
MARKS = [(".", "1,234.50"), (",", "1.234,50")]


class UploadSerializer(Serializer):
    """A file and what it is."""

    kind = serializers.ChoiceField(choices=ImportKind.choices)
    file = serializers.FileField(max_length=255, allow_empty_file=True)


class ColumnSerializer(Serializer):
    """A column of the file, by its index from 0, and the field that it is; none when it is left out."""

    index = serializers.IntegerField(min_value=0, max_value=1000)
    header = serializers.CharField(read_only=True)
    field = serializers.ChoiceField(choices=FIELD_CHOICES, allow_blank=True)


class FixedSerializer(Serializer):
    """A value for all rows that say nothing themselves."""

    field = serializers.ChoiceField(choices=["brand", "part_type", "category", "origin", "tax_class"])
    value = LineField(max_length=80)


class MappingSerializer(Serializer):
    """Which column is which field, and how the file is meant."""

    columns = ColumnSerializer(many=True)
    decimal_mark = serializers.ChoiceField(choices=MARKS, default=".")
    round_amounts = serializers.BooleanField(default=False)
    dates_meant = serializers.BooleanField(
        default=False, help_text="Part numbers that look like dates are meant as they stand."
    )
    create_parts = serializers.BooleanField(
        default=True, help_text="False leaves out rows that are not in the catalogue."
    )
    fixed = FixedSerializer(many=True, default=list)


class LayoutInputSerializer(Serializer):
    """How the file is to be read; what is left out is found."""

    sheet = serializers.CharField(max_length=100, required=False)
    header_row = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    encoding = serializers.CharField(max_length=20, required=False)
    delimiter = serializers.CharField(max_length=1, required=False, trim_whitespace=False)


class RunSerializer(Serializer):
    """Whether rows with errors may be left out."""

    skip_errors = serializers.BooleanField(default=False)


class LayoutSerializer(Serializer):
    """How the file is read."""

    format = serializers.CharField()
    sheet = serializers.CharField()
    encoding = serializers.CharField()
    delimiter = serializers.CharField()
    header_row = serializers.IntegerField(help_text="From 1; 0 for a file without headers.")


class NoteSerializer(Serializer):
    """What is worth knowing and stops nothing."""

    code = serializers.CharField()
    text = serializers.CharField()
    rows = serializers.IntegerField()
    first_row = serializers.IntegerField()


class ImportSerializer(ModelSerializer):
    """An import: its file, how it is read, how far it has come, what came of it."""

    layout = LayoutSerializer()
    columns = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField()
    progress = serializers.IntegerField(help_text="Percent of the current step.")
    sheets = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = PartImport
        fields = [
            "id", "number", "kind", "status", "file_name", "file_size", "layout", "sheets", "columns",
            "progress", "rows_total", "rows_bad", "issues_total", "to_create", "to_update", "notes",
            "parts_created", "parts_updated", "parts_unchanged", "units_moved", "parts_restored",
            "parts_removed", "parts_kept", "failure", "created_at", "finished_at", "undone_at", "version",
        ]  # fmt: skip

    def get_columns(self, source: PartImport) -> list[dict[str, Any]]:
        """Each column with its header and its field."""
        meant = {index: name for name, index in source.mapping.items()}
        return [
            {"index": index, "header": header, "field": meant.get(index, "")}
            for index, header in enumerate(source.headers)
        ]

    def get_notes(self, source: PartImport) -> list[dict[str, Any]]:
        """Each note in words."""
        return [
            {"code": code, "text": str(NOTES[code]), "rows": count, "firstRow": row}
            for code, (count, row) in source.notes.items()
        ]


class IssueSerializer(ModelSerializer):
    """What is wrong with a cell, and its fix, in the reader's language."""

    header = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    fix = serializers.SerializerMethodField()

    class Meta:
        model = ImportIssue
        fields = ["row", "column", "header", "field", "code", "value", "text", "fix"]

    def get_header(self, issue: ImportIssue) -> str:
        """The header of the column."""
        headers = self.context.get("headers") or issue.source.headers
        return headers[issue.column] if issue.column is not None and issue.column < len(headers) else ""

    def get_text(self, issue: ImportIssue) -> str:
        """What is wrong."""
        return words(issue.code, issue.params)[0]

    def get_fix(self, issue: ImportIssue) -> str:
        """What to do about it."""
        return words(issue.code, issue.params)[1]

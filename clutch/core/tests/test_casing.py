"""camelCase outside, snake_case inside, and validators that run."""

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.utils.serializer_helpers import BindingDict

from clutch.core.casing import CamelCase, Serializer, camel, camel_path, snake
from clutch.core.fields import LineField, MoneyField


class PartSerializer(Serializer):
    part_number = LineField(max_length=20)
    unit_price = MoneyField()
    extra_data = serializers.JSONField(required=False)
    seen_at = serializers.DateTimeField(read_only=True)

    def validate_part_number(self, value: str) -> str:
        if value == "forbidden":
            raise serializers.ValidationError("not this one", code="forbidden")
        return value.upper()

    def validate(self, attrs: dict) -> dict:
        if attrs["unit_price"] == 13:
            raise serializers.ValidationError({"unit_price": ["unlucky"]})
        return attrs


class OrderSerializer(Serializer):
    order_lines = PartSerializer(many=True)
    first_line = PartSerializer(required=False)


GOOD = {"partNumber": "58101-1ra00", "unitPrice": "850.00"}


def checked(data, base=PartSerializer):
    serializer = base(data=data)
    serializer.is_valid()
    return serializer


def test_names_are_turned_both_ways():
    assert [camel(name) for name in ("unit_price", "vin", "a_b_c", "unitPrice", "line_2")] == [
        "unitPrice",
        "vin",
        "aBC",
        "unitPrice",
        "line2",
    ]
    assert snake("unitPrice") == "unit_price"
    assert camel_path("order_lines.0.unit_price") == "orderLines.0.unitPrice"


def test_input_arrives_under_python_names():
    serializer = checked(GOOD)
    assert serializer.errors == {}
    assert set(serializer.validated_data) == {"part_number", "unit_price"}


def test_validate_python_name_runs_under_camel_case():
    serializer = checked(GOOD)
    assert serializer.validated_data["part_number"] == "58101-1RA00"
    assert checked({**GOOD, "partNumber": "forbidden"}).errors == {
        "partNumber": [ErrorDetail("not this one", code="forbidden")]
    }


def test_renaming_in_get_fields_would_skip_the_validator():
    """The control: what this base avoids."""

    class Renaming(serializers.Serializer):
        part_number = serializers.CharField()

        def get_fields(self):
            fields = super().get_fields()
            fields["partNumber"] = fields.pop("part_number")
            return fields

        def validate_part_number(self, value):
            raise serializers.ValidationError("never reached")

    assert isinstance(Renaming().fields, BindingDict)
    assert checked({"partNumber": "x"}, Renaming).errors == {}


def test_errors_of_validate_carry_the_wire_name():
    assert list(checked({**GOOD, "unitPrice": "13"}).errors) == ["unitPrice"]


def test_unknown_keys_are_refused_at_their_name():
    serializer = checked({**GOOD, "unit_price": "1", "colour": "red", "seenAt": "2026-01-01T00:00:00Z"})
    assert {key: errors[0].code for key, errors in serializer.errors.items()} == {
        "unit_price": "unknown",
        "colour": "unknown",
        "seenAt": "unknown",
    }


def test_unknown_keys_and_wrong_fields_are_told_together():
    serializer = checked({"partNumber": "", "colour": 1, "unitPrice": "1"})
    assert set(serializer.errors) == {"partNumber", "colour"}


def test_nested_errors_have_their_place():
    serializer = checked({"orderLines": [GOOD, {**GOOD, "unitPrice": -1, "x": 1}]}, OrderSerializer)
    assert set(serializer.errors) == {"orderLines"}
    assert list(serializer.errors["orderLines"]) == [1]
    assert set(serializer.errors["orderLines"][1]) == {"unitPrice", "x"}


def test_keys_inside_json_fields_stay_as_they_are():
    inner = {"snake_key": {"camelKey": 1, "Tall_One": [{"a_b": None}]}}
    serializer = checked({**GOOD, "extraData": inner})
    assert serializer.validated_data["extra_data"] == inner
    shown = PartSerializer({"part_number": "a", "unit_price": 1, "extra_data": inner, "seen_at": None}).data
    assert shown == {"partNumber": "a", "unitPrice": "1.00", "extraData": inner, "seenAt": None}


@pytest.mark.parametrize("data", [None, [], "text", 7, True])
def test_what_is_no_object_is_an_error(data):
    serializer = checked(data)
    assert not serializer.is_valid()


def test_base_is_a_mixin_of_both():
    from clutch.core.casing import ModelSerializer

    assert issubclass(ModelSerializer, CamelCase)
    assert issubclass(Serializer, CamelCase)

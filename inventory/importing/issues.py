"""What can be wrong with a row of a file, in words, each with what to do about it.

A code and its parameters are stored; the words are made when somebody reads them, in their language.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


class Issue(NamedTuple):
    """The words of a code: what is wrong, and its fix."""

    text: Words
    fix: Words


class Bad(Exception):
    """A cell that is not accepted; `params` are the variables of its words."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


ISSUES: Mapping[str, Issue] = {
    "number_missing": Issue(_("There is no part number."), _("Write the part number, or delete the row.")),
    "number_scientific": Issue(
        _("A spreadsheet has turned this part number into a power of ten; its digits are lost."),
        _("Format the column as text in the spreadsheet and type the number again from its source."),
    ),
    "number_date": Issue(
        _("A spreadsheet has turned this part number into a date."),
        _("Format the column as text in the spreadsheet and type the number again from its source."),
    ),
    "number_decimal": Issue(
        _("This part number is stored as a decimal number; zeros at its end may be lost."),
        _("Format the column as text in the spreadsheet and type the number again from its source."),
    ),
    "number_precision": Issue(
        _("A spreadsheet keeps 15 digits; the last ones of this part number are lost."),
        _("Format the column as text in the spreadsheet and type the number again from its source."),
    ),
    "number_format": Issue(
        _("The spreadsheet shows this part number otherwise than it is stored."),
        _("Format the column as text in the spreadsheet and type the number as it is printed."),
    ),
    "number_empty": Issue(
        _("This part number has no letter and no digit."), _("Write the number as it is printed.")
    ),
    "too_long": Issue(
        _("This is too long: %(length)s characters of at most %(most)s."),
        _("Shorten it to %(most)s characters."),
    ),
    "control_characters": Issue(
        _("This holds control characters that nobody sees."),
        _("Type the text again, or clean it in the spreadsheet with the function CLEAN."),
    ),
    "unreadable": Issue(
        _("Some characters could not be read."), _("Choose another character set for the file.")
    ),
    "formula": Issue(
        _("This cell holds a formula without a value."),
        _("Open the file in a spreadsheet, copy the column and paste it as values."),
    ),
    "merged": Issue(
        _("This cell is merged over several rows; it is not clear which of them it means."),
        _("Unmerge it in the spreadsheet and write each row's own value."),
    ),
    "not_a_number": Issue(_("This is not a number."), _("Write a number, without words.")),
    "decimal_mark": Issue(
        _("This looks like another decimal mark than the one chosen for the file."),
        _("Choose the decimal mark that the file uses, or write the amount as the other rows do."),
    ),
    "other_currency": Issue(
        _("This amount is in another currency."), _("Write it in %(currency)s, or without a currency.")
    ),
    "negative": Issue(_("This is below zero."), _("Write zero or more, or leave the cell empty.")),
    "too_large": Issue(_("This is too large."), _("Write at most %(most)s.")),
    "too_precise": Issue(
        _("An amount has at most %(decimals)s decimals in this currency."),
        _("Round it to %(rounded)s, or let amounts be rounded for the whole file."),
    ),
    "not_whole": Issue(_("This is not a whole number."), _("Write a whole number.")),
    "too_many_numbers": Issue(
        _("There are more numbers in this cell than a part can have at once."),
        _("Write at most %(most)s numbers."),
    ),
    "unknown_choice": Issue(_("This word is not known here."), _("Write one of: %(known)s.")),
    "duplicate": Issue(
        _("The same part stands in row %(first)s already; that row counts."),
        _("Remove one of the two rows."),
    ),
    "duplicate_bin": Issue(
        _("The same part stands in row %(first)s with the same bin; that row counts."),
        _("Add the quantities up in one row."),
    ),
    "name_missing": Issue(_("This part is new and has no name."), _("Write a name, or leave new parts out.")),
    "several": Issue(
        _("Several parts of the shop have this number."),
        _("Name the brand (and the part type) that is meant."),
    ),
    "levels": Issue(
        _("The maximum would be below the minimum."), _("Raise the maximum or lower the minimum.")
    ),
    "barcode_wrong": Issue(_("This is not a barcode."), _("Scan or type the code.")),
    "discount_without_price": Issue(
        _("There is a discount price and no price."), _("Write the price that the discount is from.")
    ),
    "barcode_taken": Issue(
        _("This barcode belongs to another part of the shop."),
        _("Check the code; one code means one part."),
    ),
    "barcode_twice": Issue(
        _("The same barcode stands in row %(first)s for another part."),
        _("Check the code; one code means one part."),
    ),
    "has_moved": Issue(
        _("This part has moved already, so this is not its opening stock."),
        _("Count it or adjust its stock instead; leave the quantity empty here."),
    ),
    "subcategory_alone": Issue(
        _("There is a subcategory without a category."), _("Name the category it belongs to.")
    ),
    "changed_since": Issue(
        _("It was changed since the import, and stays as it is: %(fields)s."),
        _("Change it by hand if the import was wrong there."),
    ),
    "moved_since": Issue(
        _("Its stock has moved since the import, and stays as it is."),
        _("Count it or adjust its stock by hand."),
    ),
    "used_since": Issue(
        _("It was made by the import and is in use since, so it stays."),
        _("Take it out of use by hand if it is not wanted."),
    ),
}

NOTES: Mapping[str, Words] = {
    "number_as_number": _(
        "Part numbers are stored as numbers in the spreadsheet: zeros at their beginning may be missing."
    ),
    "not_in_catalogue": _("Rows that are not in your catalogue are left out."),
    "repeated_header": _("Headers that are repeated further down are skipped."),
}


def words(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and its fix, in the language of who reads it."""
    from inventory.importing.fields import labels

    issue = ISSUES[code]
    said = dict(params)
    if "fields" in said:
        said["fields"] = ", ".join(str(labels().get(name, name)) for name in said["fields"])
    return str(issue.text) % said, str(issue.fix) % said

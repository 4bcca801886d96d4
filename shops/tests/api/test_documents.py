"""Documents: private, checked, and gone for good when removed."""

import os

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clutch.accounts.tests.factories import StaffFactory, UserFactory
from clutch.core.errors import Conflict
from shops.models import Shop, ShopDocument
from shops.storage import PrivateStorage
from shops.tests.api.people import OUTSIDE, client, people, photo
from shops.tests.factories import OnboardingFactory, ShopFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 a paper"


@pytest.fixture
def shop():
    return ShopFactory(active=False)


@pytest.fixture
def everyone(shop):
    return people(shop)


def send(user, shop, file=None, kind="tax_card"):
    sent = {"kind": kind, "file": file or photo()}
    return client(user).post(f"/api/v1/shops/{shop.pk}/documents", sent, format="multipart")


LEADING = {"owner": 201, "manager": 201, "cashier": 403, "storekeeper": 403, "accountant": 403, **OUTSIDE}


@pytest.mark.parametrize(("who", "status"), LEADING.items())
def test_who_may_add(who, status, shop, everyone):
    assert send(everyone[who], shop).status_code == status
    assert ShopDocument.objects.count() == (status == 201)


@pytest.mark.parametrize(("who", "status"), {**LEADING, "owner": 200, "manager": 200, "staff": 404}.items())
def test_who_may_list(who, status, shop, everyone):
    send(everyone["owner"], shop)
    user = StaffFactory() if who == "staff" else everyone[who]
    assert client(user).get(f"/api/v1/shops/{shop.pk}/documents").status_code == status


# A role that may not see documents is not even told that there is this one.
HIDDEN = {who: 404 if status == 403 else status for who, status in LEADING.items()}
SEEING = {**HIDDEN, "owner": 200, "manager": 200, "staff": 200}
REMOVING = {**HIDDEN, "owner": 204, "manager": 204}


@pytest.mark.parametrize(("who", "status"), SEEING.items())
def test_who_may_open_the_file(who, status, shop, everyone):
    url = send(everyone["owner"], shop).json()["url"]
    user = StaffFactory() if who == "staff" else everyone[who]
    answer = client(user).get(url)
    assert answer.status_code == status
    if status == 200:
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"] == "private, no-store"
        assert b"".join(answer).startswith(b"\xff\xd8")


@pytest.mark.parametrize(("who", "status"), REMOVING.items())
def test_who_may_remove(who, status, shop, everyone):
    document = send(everyone["owner"], shop).json()["id"]
    assert client(everyone[who]).delete(f"/api/v1/shop-documents/{document}").status_code == status
    assert ShopDocument.objects.count() == (status != 204)


def test_pdf_is_kept_as_it_is(shop, everyone):
    sent = send(everyone["owner"], shop, SimpleUploadedFile("../../register.pdf", PDF, "text/html"))
    assert sent.json()["contentType"] == "application/pdf"
    assert sent.json()["filename"] == "register.pdf"
    assert b"".join(client(everyone["owner"]).get(sent.json()["url"])) == PDF


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("page.html", b"<script>alert(1)</script>", "image/png"),
        SimpleUploadedFile("empty.png", b"", "image/png"),
        SimpleUploadedFile("huge.pdf", PDF + b"0" * (10 * 1024 * 1024), "application/pdf"),
    ],
    ids=lambda file: file.name,
)
def test_what_is_no_document_is_refused_at_the_field(file, shop, everyone):
    answer = send(everyone["owner"], shop, file)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["file"]
    assert not ShopDocument.objects.exists()


def test_what_a_shop_was_verified_by_stays(shop, everyone):
    document = send(everyone["owner"], shop).json()["id"]
    Shop.objects.update(status="active")
    assert client(everyone["owner"]).delete(f"/api/v1/shop-documents/{document}").status_code == 409
    assert ShopDocument.objects.count() == 1


def test_removed_file_is_gone(shop, everyone, django_capture_on_commit_callbacks):
    document = ShopDocument.objects.get(pk=send(everyone["owner"], shop).json()["id"])
    name = document.file.name
    assert name is not None
    with django_capture_on_commit_callbacks(execute=True):
        client(everyone["owner"]).delete(f"/api/v1/shop-documents/{document.pk}")
        assert document.file.storage.exists(name)
    assert not document.file.storage.exists(name)


def test_documents_of_an_onboarding_are_its_owners():
    onboarding = OnboardingFactory()
    sent = {"kind": "identity", "file": photo()}
    url = f"/api/v1/shop-onboarding/{onboarding.pk}/documents"
    file = client(onboarding.user).post(url, sent, format="multipart").json()["url"]
    assert b"".join(client(onboarding.user).get(file)).startswith(b"\xff\xd8")
    assert client(UserFactory()).get(file).status_code == 404


def test_there_is_no_public_address(shop, everyone):
    send(everyone["owner"], shop)
    with pytest.raises(ValueError, match="accessible via a URL"):
        ShopDocument.objects.get().file.url  # noqa: B018


def kept_files() -> int:
    folder = PrivateStorage().path("documents")
    return len(os.listdir(folder)) if os.path.isdir(folder) else 0


def test_enough_is_enough(shop, everyone):
    before = kept_files()
    for _ in range(20):
        assert send(everyone["owner"], shop).status_code == 201
    assert send(everyone["owner"], shop).status_code == 409
    assert kept_files() - before == 20


def test_document_of_an_act_that_fails_at_the_end_is_not_kept(shop, everyone, monkeypatch):
    def fail(*_args, **_kwargs):
        raise Conflict("too late")

    before = kept_files()
    monkeypatch.setattr(ShopDocument, "save", fail)
    assert send(everyone["owner"], shop).status_code == 409
    assert kept_files() == before

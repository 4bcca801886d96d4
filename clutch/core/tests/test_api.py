"""Answers, idempotency, versions, lists: what every API view gets from its base."""

import json
import threading
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from clutch.accounts.models import User
from clutch.accounts.tests.factories import UserFactory
from clutch.core.lists import PageNumberPagination
from clutch.core.models import IdempotencyKey
from clutch.core.tasks import KEEP_KEYS, prune_idempotency_keys
from clutch.core.tests import api_views
from clutch.core.tests.race import losers, side_by_side
from clutch.feed.models import StreamEntry
from clutch.feed.tests import acts

pytestmark = [pytest.mark.django_db, pytest.mark.urls("clutch.core.tests.api_views")]
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def user() -> User:
    """Who asks."""
    return UserFactory()


@pytest.fixture
def api(client: Client, user: User) -> Client:
    """A signed-in client."""
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def no_waits() -> None:
    """Acts do not wait unless a test says so."""
    api_views.waits.clear()


def post(api: Client, note: str = "a", key: str | None = "k", path: str = "/api/v1/things") -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    return api.post(path, json.dumps({"noteText": note}), "application/json", headers=headers)


def made() -> int:
    return StreamEntry.objects.filter(stream="made").count()


# --- answers ---------------------------------------------------------------------------------------


def test_answer_has_status_body_and_etag(api: Client, user: User) -> None:
    response = post(api, key=None)
    assert (response.status_code, response["ETag"]) == (201, '"3"')
    assert response.json() == {"noteText": "a", "madeBy": str(user.pk)}
    assert api.get("/api/v1/things")["ETag"] == '"3"'


@pytest.mark.parametrize(
    ("header", "status"),
    [(None, 200), ('"3"', 200), ('W/"3"', 200), ("*", 200), ('"2"', 412), ('"abc"', 412), ('"-1"', 412)],
)
def test_if_match_is_compared_with_the_version(api: Client, header: str | None, status: int) -> None:
    headers = {"If-Match": header} if header else {}
    response = api.put("/api/v1/things", "{}", "application/json", headers=headers)
    assert response.status_code == status


@pytest.mark.parametrize("pk", ["1", "x", "99999999999999999999999", "%00"])
def test_what_is_not_visible_is_404(api: Client, pk: str) -> None:
    assert api.get(f"/api/v1/keys/{pk}").status_code == 404


# --- idempotency -----------------------------------------------------------------------------------


def test_same_key_and_body_get_the_stored_answer(api: Client) -> None:
    first, again = post(api), post(api)
    assert made() == 1
    assert (again.status_code, again.json(), again["ETag"]) == (201, first.json(), first["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def test_same_key_with_another_body_is_a_conflict(api: Client) -> None:
    post(api)
    response = post(api, "b")
    assert (response.status_code, response.json()["code"]) == (409, "key_reused")
    assert made() == 1


def test_same_json_in_another_order_is_the_same_body(api: Client) -> None:
    headers = {"Idempotency-Key": "k"}
    for body in ('{"noteText":"a","lines":[]}', '{ "lines": [], "noteText": "a" }'):
        assert api.post("/api/v1/things", body, "application/json", headers=headers).status_code == 201
    assert made() == 1


def test_key_belongs_to_its_user_and_route(api: Client) -> None:
    post(api)
    other = Client()
    other.force_login(UserFactory())
    assert "Idempotency-Replayed" not in post(other)
    assert "Idempotency-Replayed" not in post(api, path="/api/v1/things?x=1") or made() == 2
    assert made() == 2


def test_refused_act_stores_nothing_and_the_key_stays_free(api: Client) -> None:
    response = post(api, "fail")
    assert (response.status_code, response.json()["currentStatus"]) == (409, "cancelled")
    assert not IdempotencyKey.objects.exists()
    assert post(api, "a").status_code == 201


def test_invalid_body_does_not_use_the_key_up(api: Client) -> None:
    assert post(api, "").status_code == 400
    assert post(api, "a").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "ключ".encode().decode("latin-1")])
def test_odd_keys_are_refused(api: Client, key: str) -> None:
    assert post(api, key=key).json()["code"] == "bad_idempotency_key"
    assert made() == 0


def test_without_key_it_happens_each_time(api: Client) -> None:
    post(api, key=None)
    post(api, key=None)
    assert made() == 2


def test_crash_after_the_act_leaves_neither_act_nor_answer(api: Client) -> None:
    api.raise_request_exception = False
    assert post(api, path="/api/v1/broken").status_code == 500
    assert made() == 0
    assert not IdempotencyKey.objects.exists()


def test_control_without_the_frame_the_crash_leaves_the_act(api: Client) -> None:
    """Without a key the answer is rendered after the commit: the act stays, as it must be able to."""
    api.raise_request_exception = False
    assert post(api, path="/api/v1/broken", key=None).status_code == 500
    assert made() == 1


def test_upload_is_known_by_its_content(api: Client) -> None:
    def send(content: bytes) -> Any:
        file = SimpleUploadedFile("photo.jpg", content)
        data = {"noteText": "a", "photo": file}
        return api.post("/api/v1/uploads", data, headers={"Idempotency-Key": "k"})

    from clutch.core.tests.test_fields import picture

    one, other = picture().read(), picture(size=(10, 10)).read()
    assert send(one).status_code == 201
    assert send(one)["Idempotency-Replayed"] == "true"
    assert send(other).status_code == 409


def test_second_act_of_a_request_is_not_keyed(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A view that, against the rule, calls two actions gets the key for the first alone."""
    original = api_views.make

    def twice(**kwargs: Any) -> Any:
        original(**kwargs)
        return original(**kwargs)

    monkeypatch.setattr(api_views, "make", twice)
    assert post(api).status_code == 201
    assert made() == 2


@committed
def test_concurrent_requests_with_one_key_act_once(user: User) -> None:
    """The first still works while the second comes: 409 at once, and the answer afterwards."""
    begun, go_on = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        assert go_on.wait(20)

    api_views.waits.append(wait)

    def client() -> Client:
        found = Client()
        found.force_login(user)
        return found

    first, second = client(), client()

    def late() -> Any:
        assert begun.wait(20)
        try:
            return post(second)
        finally:
            go_on.set()

    done, refused = side_by_side([partial(post, first), late])
    assert (done.status_code, refused.status_code) == (201, 409)
    assert refused.json()["code"] == "in_progress"
    assert made() == 1
    assert post(second)["Idempotency-Replayed"] == "true"


@committed
def test_many_taps_make_one(user: User) -> None:
    clients = [Client() for _tap in range(6)]
    for found in clients:
        found.force_login(user)
    outcomes = side_by_side([partial(post, found) for found in clients])
    assert losers(outcomes) == []
    assert {outcome.status_code for outcome in outcomes} <= {201, 409}
    assert made() == 1


@committed
def test_control_without_key_many_taps_make_many(user: User) -> None:
    clients = [Client() for _tap in range(3)]
    for found in clients:
        found.force_login(user)
    assert losers(side_by_side([partial(post, found, key=None) for found in clients])) == []
    assert made() == 3


def test_old_keys_are_pruned(api: Client) -> None:
    post(api, key="old")
    IdempotencyKey.objects.update(created_at=timezone.now() - KEEP_KEYS)
    post(api, key="new")
    prune_idempotency_keys()
    assert IdempotencyKey.objects.get().key == "new"


# --- lists -----------------------------------------------------------------------------------------


@pytest.fixture
def entries() -> None:
    """Three entries."""
    for name in ("a", "b", "a"):
        acts.announce("user/1", type=name)


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("query", "seqs"),
    [
        ("", [1, 2, 3]),
        ("ordering=-seq", [3, 2, 1]),
        ("ordering=-at,seq", [3, 2, 1]),
        ("type=a", [1, 3]),
        ("seq__gt=1", [2, 3]),
        ("pageSize=2", [1, 2]),
        ("pageSize=2&page=2", [3]),
    ],
)
def test_list_is_ordered_filtered_and_paged(client: Client, query: str, seqs: list[int]) -> None:
    body = client.get(f"/api/v1/entries?{query}").json()
    assert set(body) == {"count", "next", "previous", "results"}
    assert [row["seq"] for row in body["results"]] == seqs


@pytest.mark.usefixtures("entries")
@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("ordering=password", 400, "ordering"),
        ("seq__gt=x", 400, "seq__gt"),
        ("at__lt=yesterday", 400, "at__lt"),
        ("page=9", 404, None),
        ("page=x", 404, None),
    ],
)
def test_odd_queries_are_refused(client: Client, query: str, status: int, field: str | None) -> None:
    response = client.get(f"/api/v1/entries?{query}")
    assert response.status_code == status
    if field:
        assert [error["field"] for error in response.json()["errors"]] == [field]


def test_page_size_has_a_limit(client: Client) -> None:
    for _entry in range(3):
        acts.announce("user/1")
    assert len(client.get("/api/v1/entries?pageSize=100000").json()["results"]) == 3
    assert PageNumberPagination.max_page_size == 100


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_two_queries(client: Client, rows: int, django_assert_num_queries: Any) -> None:
    for _entry in range(rows):
        acts.announce("user/1")
    with django_assert_num_queries(2):
        client.get("/api/v1/entries")


# --- the description -------------------------------------------------------------------------------


@pytest.mark.urls("clutch.urls")
def test_description_is_made_once_for_everybody(client: Client, monkeypatch: Any) -> None:
    first = client.get("/api/schema").json()
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *_args, **_kwargs: {})
    for headers in ({}, {"X-Forwarded-For": "192.0.2.7"}):
        assert client.get("/api/schema?version=2", headers=headers).json() == first


@pytest.mark.urls("clutch.urls")
def test_description_is_json_and_says_what_views_honour(client: Client) -> None:
    response = client.get("/api/schema")
    assert "json" in response["Content-Type"]
    schema = response.json()
    assert schema["openapi"].startswith("3.1")
    ids = []
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            ids.append(operation["operationId"])
            if path.startswith("/api/v1/auth/"):  # allauth's own wire format
                continue
            headers = [p["name"] for p in operation.get("parameters", []) if p["in"] == "header"]
            assert ("Idempotency-Key" in headers) == (method == "post"), path
            assert "application/problem+json" in operation["responses"]["400"]["content"], path
            assert not path.endswith("/")
    assert len(ids) == len(set(ids))
    properties = [
        name
        for component, found in schema["components"]["schemas"].items()
        if not component.startswith("Auth")
        for name in found.get("properties", [])
    ]
    assert [name for name in properties if "_" in name] == []


@pytest.mark.urls("clutch.urls")
@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc"])
def test_pages_of_the_description_load_nothing_from_elsewhere(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert "https://cdn" not in page
    assert "//unpkg" not in page
    assert "/static/drf_spectacular_sidecar/" in page

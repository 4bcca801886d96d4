"""Onboarding in six steps."""

from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, PolymorphicProxySerializer, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from clutch.core.api import ApiView
from clutch.core.errors import NotFound
from clutch.core.problem import CONTENT_TYPE, problem
from shops.actions import documents
from shops.actions import onboarding as acts
from shops.api.base import user_id
from shops.api.serializers import (
    DocumentInputSerializer,
    DocumentSerializer,
    IncompleteOnboardingSerializer,
    OnboardingSerializer,
    StepInputSerializer,
)
from shops.enums import Step
from shops.rules import onboardings_for
from shops.steps import SERIALIZERS

STEP_EXAMPLES = [
    OpenApiExample("step 1", {"name": "Nile Parts", "phone": "01001234567", "email": ""}, request_only=True),
    OpenApiExample(
        "step 2",
        {
            "latitude": 30.0444,
            "longitude": 31.2357,
            "address": "12 Example Street",
            "district": "Downtown",
            "deliveryRadiusKm": 20,
            "timeZone": "Africa/Cairo",
            "openingHours": [{"weekday": 0, "opens": "09:00", "closes": "18:00"}],
        },
        request_only=True,
    ),
    OpenApiExample("step 3", {"servesAnyMake": False, "makeIds": [164]}, request_only=True),
    OpenApiExample("step 4 or 5, one tap", {"useDefaults": True}, request_only=True),
    OpenApiExample(
        "step 5",
        {"markupPercent": "25.00", "roundTo": "5", "deliveryFee": "0.00", "quoteValidHours": 24},
        request_only=True,
    ),
    OpenApiExample(
        "step 6",
        {"ownerName": "Mona", "commercialRegister": "123456", "taxNumber": ""},
        request_only=True,
    ),
]
INCOMPLETE = OpenApiExample(
    "two steps are not finished",
    {
        **problem(
            422,
            "incomplete",
            "Some steps are not finished yet.",
            instance="/api/v1/shop-onboarding/0193a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b/complete",
        ),
        "missing": [
            {
                "step": 3,
                "name": "Vehicle brands",
                "problems": [{"field": "", "detail": "This step is not filled in yet."}],
            },
            {
                "step": 6,
                "name": "Verification",
                "problems": [
                    {"field": "documents", "detail": "Add a photo or PDF of at least one document."}
                ],
            },
        ],
    },
    response_only=True,
    status_codes=["422"],
    media_type=CONTENT_TYPE,
)
ANY_STEP = PolymorphicProxySerializer(
    component_name="OnboardingStep",
    serializers=[*SERIALIZERS.values(), StepInputSerializer],
    resource_type_field_name=None,
)


class StartView(ApiView):
    """The beginning."""

    @extend_schema(
        operation_id="shop_onboarding_start",
        summary="Start onboarding, or go on with the open one",
        request=None,
        responses={201: OnboardingSerializer},
        tags=["shop onboarding"],
    )
    def post(self, request: Request) -> Response:
        """Start or resume."""
        act = partial(acts.start_onboarding, user_id(request), actor=self.actor)
        return self.answer(act, OnboardingSerializer, 201)


class OnboardingView(ApiView):
    """One onboarding."""

    @extend_schema(
        operation_id="shop_onboarding",
        summary="How far onboarding is",
        responses=OnboardingSerializer,
        tags=["shop onboarding"],
    )
    def get(self, request: Request, onboarding_id: UUID) -> Response:
        """Show an onboarding of one's own."""
        found = self.visible(onboardings_for(request.user), pk=onboarding_id)
        return self.show(found, OnboardingSerializer)


class StepView(ApiView):
    """One step."""

    @extend_schema(
        operation_id="shop_onboarding_step",
        summary="Save a step",
        description="Steps 1 to 6: business info, location info, vehicle brands, inventory set-up, pricing "
        "strategy, verification; in any order, each checked by itself.",
        request=ANY_STEP,
        responses=OnboardingSerializer,
        examples=STEP_EXAMPLES,
        tags=["shop onboarding"],
    )
    def put(self, request: Request, onboarding_id: UUID, step: int) -> Response:
        """Save a step of one's own onboarding."""
        found = self.visible(onboardings_for(request.user), pk=onboarding_id)
        if step not in Step.values:
            raise NotFound(_("Onboarding has six steps."))
        act = partial(
            acts.save_step,
            found.pk,
            step=Step(step),
            payload=request.data,
            expected_version=self.if_match(),
            actor=self.actor,
        )
        return self.answer(act, OnboardingSerializer)


class CompleteView(ApiView):
    """The end."""

    conditional = frozenset({"POST"})

    @extend_schema(
        operation_id="shop_onboarding_complete",
        summary="Complete onboarding",
        description="Makes the shop, which then waits for verification. 422 with `missing` per step.",
        request=None,
        responses={200: OnboardingSerializer, (422, CONTENT_TYPE): IncompleteOnboardingSerializer},
        examples=[INCOMPLETE],
        tags=["shop onboarding"],
    )
    def post(self, request: Request, onboarding_id: UUID) -> Response:
        """Complete one's own onboarding."""
        found = self.visible(onboardings_for(request.user), pk=onboarding_id)
        act = partial(acts.complete_onboarding, found.pk, expected_version=self.if_match(), actor=self.actor)
        return self.answer(act, OnboardingSerializer)


class OnboardingDocumentsView(ApiView):
    """Documents of an onboarding."""

    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="shop_onboarding_document_add",
        summary="Add a document",
        description="A photo (JPEG, PNG, WebP) or PDF of at most 10 MB, as multipart form.",
        request={"multipart/form-data": DocumentInputSerializer},
        responses={201: DocumentSerializer},
        tags=["shop onboarding"],
    )
    def post(self, request: Request, onboarding_id: UUID) -> Response:
        """Add a document to one's own onboarding."""
        found = self.visible(onboardings_for(request.user), pk=onboarding_id)
        given = self.validated(DocumentInputSerializer)
        act = partial(documents.add_document, onboarding_id=found.pk, actor=self.actor, **given)
        return self.answer(act, DocumentSerializer, 201)

"""Addresses of vehicles, garage, onboarding and shops, below /api/v1/."""

from django.urls import path

from shops.api.views import members, onboarding, shops, vehicles

urlpatterns = [
    path("vehicles/makes", vehicles.MakesView.as_view(), name="vehicle-makes"),
    path("vehicles/makes/<int:make_id>/models", vehicles.ModelsView.as_view(), name="vehicle-models"),
    path("vehicles/vin/<str:vin>", vehicles.VinView.as_view(), name="vehicle-vin"),
    path("garage", vehicles.GarageView.as_view(), name="garage-api"),
    path("garage/<uuid:vehicle_id>", vehicles.GarageVehicleView.as_view(), name="garage-vehicle-api"),
    path("shop-onboarding/start", onboarding.StartView.as_view(), name="onboarding-start"),
    path("shop-onboarding/<uuid:onboarding_id>", onboarding.OnboardingView.as_view(), name="onboarding-api"),
    path(
        "shop-onboarding/<uuid:onboarding_id>/step/<int:step>",
        onboarding.StepView.as_view(),
        name="onboarding-step-api",
    ),
    path(
        "shop-onboarding/<uuid:onboarding_id>/complete",
        onboarding.CompleteView.as_view(),
        name="onboarding-complete-api",
    ),
    path(
        "shop-onboarding/<uuid:onboarding_id>/documents",
        onboarding.OnboardingDocumentsView.as_view(),
        name="onboarding-documents-api",
    ),
    path("shop-documents/<uuid:document_id>", shops.DocumentView.as_view(), name="document-api"),
    path("shop-documents/<uuid:document_id>/file", shops.DocumentFileView.as_view(), name="document-file"),
    path("shops", shops.ShopsView.as_view(), name="shops-api"),
    path("shops/join", members.JoinView.as_view(), name="join-api"),
    path("shops/<uuid:shop_id>", shops.ShopView.as_view(), name="shop-api"),
    path("shops/<uuid:shop_id>/hours", shops.HoursView.as_view(), name="shop-hours-api"),
    path("shops/<uuid:shop_id>/close", shops.CloseView.as_view(), name="shop-close-api"),
    path("shops/<uuid:shop_id>/reopen", shops.ReopenView.as_view(), name="shop-reopen-api"),
    path("shops/<uuid:shop_id>/resubmit", shops.ResubmitView.as_view(), name="shop-resubmit-api"),
    path("shops/<uuid:shop_id>/documents", shops.DocumentsView.as_view(), name="shop-documents-api"),
    path("shops/<uuid:shop_id>/members", members.MembersView.as_view(), name="members-api"),
    path("shops/<uuid:shop_id>/members/<uuid:member_id>", members.MemberView.as_view(), name="member-api"),
    path("shops/<uuid:shop_id>/invites", members.InvitesView.as_view(), name="invites-api"),
    path("shops/<uuid:shop_id>/invites/<uuid:invite_id>", members.InviteView.as_view(), name="invite-api"),
]

"""The shop's own pages: onboarding, profile, members."""

from django.urls import path

from shops.portal.views import members, onboarding, profile

app_name = "shop"

urlpatterns = [
    path("portal/onboarding", onboarding.HomeView.as_view(), name="onboarding"),
    path("portal/onboarding/step/<int:step>", onboarding.StepView.as_view(), name="step"),
    path("portal/onboarding/documents", onboarding.DocumentsView.as_view(), name="onboarding-documents"),
    path(
        "portal/onboarding/documents/<uuid:document_id>/remove",
        onboarding.RemoveDocumentView.as_view(),
        name="onboarding-remove-document",
    ),
    path("portal/onboarding/review", onboarding.ReviewView.as_view(), name="review"),
    path("portal/profile", profile.ProfileView.as_view(), name="profile"),
    path("portal/profile/documents", profile.AddDocumentView.as_view(), name="add-document"),
    path(
        "portal/profile/documents/<uuid:document_id>/remove",
        profile.RemoveDocumentView.as_view(),
        name="remove-document",
    ),
    path("portal/profile/act/<str:act>", profile.StandingView.as_view(), name="standing"),
    path("portal/profile/<str:section>", profile.SectionView.as_view(), name="section"),
    path("portal/members", members.MembersView.as_view(), name="members"),
    path("portal/members/invite", members.InviteView.as_view(), name="invite"),
    path("portal/members/invites/<uuid:invite_id>/revoke", members.RevokeView.as_view(), name="revoke"),
    path("portal/members/<uuid:member_id>/role", members.RoleView.as_view(), name="role"),
    path("portal/members/<uuid:member_id>/remove", members.RemoveView.as_view(), name="remove"),
    path("portal/join/<str:token>", members.JoinView.as_view(), name="join"),
]

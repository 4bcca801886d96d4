"""The pages of the counter."""

from django.urls import path

from sales.portal.views import till

app_name = "counter"

urlpatterns = [
    path("portal/till", till.TillView.as_view(), name="till"),
    path("portal/till/registers", till.AddRegisterView.as_view(), name="add-register"),
    path("portal/till/open", till.OpenView.as_view(), name="open"),
    path("portal/till/find", till.FindView.as_view(), name="find"),
    path("portal/till/parked", till.ParkedView.as_view(), name="parked"),
]

"""The pages of the counter."""

from django.urls import path

from sales.portal.views import cart, returns, sales, till

app_name = "counter"

urlpatterns = [
    path("portal/till", till.TillView.as_view(), name="till"),
    path("portal/till/registers", till.AddRegisterView.as_view(), name="add-register"),
    path("portal/till/open", till.OpenView.as_view(), name="open"),
    path("portal/till/find", till.FindView.as_view(), name="find"),
    path("portal/till/customers", cart.CustomersView.as_view(), name="till-customers"),
    path("portal/till/facts", cart.FactsView.as_view(), name="till-facts"),
    path("portal/till/special-orders/<uuid:order_id>/slip", cart.SlipView.as_view(), name="till-slip"),
    path("portal/till/parked", till.ParkedView.as_view(), name="parked"),
    path("portal/sales", sales.SalesView.as_view(), name="sales"),
    path("portal/sales/<uuid:sale_id>", sales.SaleView.as_view(), name="sale"),
    path("portal/sales/<uuid:sale_id>/receipt", sales.ReceiptView.as_view(), name="receipt"),
    path("portal/sales/<uuid:sale_id>/mail", sales.MailView.as_view(), name="mail"),
    path("portal/sales/<uuid:sale_id>/void", sales.VoidView.as_view(), name="void"),
    path("portal/sales/<uuid:sale_id>/return", returns.ReturnView.as_view(), name="return"),
    path("portal/sales/<uuid:sale_id>/return/preview", returns.PreviewView.as_view(), name="return-preview"),
    path("portal/sales/<uuid:sale_id>/return/found", returns.FoundView.as_view(), name="return-found"),
    path("portal/sales/<uuid:sale_id>/cores/<uuid:core_id>", returns.CoreView.as_view(), name="return-core"),
    path("portal/returns/<uuid:return_id>", returns.CreditNoteView.as_view(), name="credit-note"),
    path("portal/returns/<uuid:return_id>/paper", returns.PaperView.as_view(), name="credit-note-paper"),
]

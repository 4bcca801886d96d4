"""The pages of the counter."""

from django.urls import path

from sales.portal.views import cart, cash, loose, returns, sales, settings, special, till

app_name = "counter"

REGISTERS = "portal/counter-settings/registers"
SPECIAL = "portal/special-orders/<uuid:order_id>"

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
    path("portal/cores", loose.CoresView.as_view(), name="cores"),
    path("portal/returns", loose.ReturnsView.as_view(), name="returns"),
    path("portal/returns/new", loose.LooseView.as_view(), name="loose-return"),
    path("portal/returns/new/preview", loose.LoosePreviewView.as_view(), name="loose-preview"),
    path("portal/returns/new/found", loose.LooseFoundView.as_view(), name="loose-found"),
    path("portal/returns/<uuid:return_id>", returns.CreditNoteView.as_view(), name="credit-note"),
    path("portal/returns/<uuid:return_id>/paper", returns.PaperView.as_view(), name="credit-note-paper"),
    path("portal/cash", cash.CashView.as_view(), name="cash"),
    path("portal/cash/open/<uuid:register_id>", cash.OpenSessionView.as_view(), name="open-session"),
    path("portal/cash/<uuid:session_id>", cash.SessionView.as_view(), name="session"),
    path("portal/cash/<uuid:session_id>/in", cash.CashInView.as_view(), name="cash-in"),
    path("portal/cash/<uuid:session_id>/out", cash.CashOutView.as_view(), name="cash-out"),
    path("portal/cash/<uuid:session_id>/close", cash.CloseView.as_view(), name="close-session"),
    path("portal/cash/<uuid:session_id>/paper", cash.ReportView.as_view(), name="session-paper"),
    path("portal/special-orders", special.SpecialOrdersView.as_view(), name="special-orders"),
    path(f"{SPECIAL}/ordered", special.OrderedView.as_view(), name="special-ordered"),
    path(f"{SPECIAL}/arrived", special.ArrivedView.as_view(), name="special-arrived"),
    path(f"{SPECIAL}/collect", special.CollectView.as_view(), name="special-collect"),
    path(f"{SPECIAL}/cancel", special.CancelView.as_view(), name="special-cancel"),
    path("portal/lost-sales", special.LostSalesView.as_view(), name="lost-sales"),
    path("portal/counter-settings", settings.SettingsView.as_view(), name="settings"),
    path(REGISTERS, settings.NewRegisterView.as_view(), name="new-register"),
    path(f"{REGISTERS}/<uuid:register_id>", settings.RegisterView.as_view(), name="register"),
    path("portal/counter-settings/pins/<uuid:member_id>", settings.PinView.as_view(), name="pin"),
]

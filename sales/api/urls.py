"""Addresses of the counter under /api/v1/."""

from django.urls import path

from sales.api.views import clerks, orders, registers, returns, sales

SALE = "sales/<str:sale_id>"
SPECIAL = "special-orders/<str:special_order_id>"
SESSION = "cash-sessions/<str:session_id>"

urlpatterns = [
    path("sales", sales.SalesView.as_view()),
    path(SALE, sales.SaleView.as_view()),
    path(f"{SALE}/complete", sales.CompleteView.as_view()),
    path(f"{SALE}/park", sales.ParkView.as_view()),
    path(f"{SALE}/resume", sales.ResumeView.as_view()),
    path(f"{SALE}/void", sales.VoidView.as_view()),
    path(f"{SALE}/return", sales.ReturnView.as_view()),
    path(f"{SALE}/receipt", sales.ReceiptView.as_view()),
    path(f"{SALE}/receipt/mail", sales.MailView.as_view()),
    path("sale-returns", returns.ReturnsView.as_view()),
    path("sale-returns/<str:return_id>", returns.ReturnView.as_view()),
    path("sale-returns/<str:return_id>/receipt", returns.CreditNoteView.as_view()),
    path("core-deposits", returns.CoresView.as_view()),
    path("core-deposits/<str:core_id>/return", returns.CoreReturnView.as_view()),
    path("lost-sales", orders.LostSalesView.as_view()),
    path("special-orders", orders.SpecialOrdersView.as_view()),
    path(SPECIAL, orders.SpecialOrderView.as_view()),
    path(f"{SPECIAL}/ordered", orders.OrderedView.as_view()),
    path(f"{SPECIAL}/arrived", orders.ArrivedView.as_view()),
    path(f"{SPECIAL}/collect", orders.CollectView.as_view()),
    path(f"{SPECIAL}/cancel", orders.CancelView.as_view()),
    path("account-payments", orders.AccountPaymentsView.as_view()),
    path("registers", registers.RegistersView.as_view()),
    path("registers/<str:register_id>", registers.RegisterView.as_view()),
    path("cash-sessions", registers.SessionsView.as_view()),
    path(SESSION, registers.SessionView.as_view()),
    path(f"{SESSION}/cash", registers.CashView.as_view()),
    path(f"{SESSION}/close", registers.CloseView.as_view()),
    path(f"{SESSION}/report", registers.ReportView.as_view()),
    path("till-policy", registers.PolicyView.as_view()),
    path("clerks", clerks.ClerksView.as_view()),
    path("clerks/pin", clerks.PinView.as_view()),
    path("clerks/switch", clerks.SwitchView.as_view()),
    path("clerks/approve", clerks.ApproveView.as_view()),
]

"""Addresses of the sign-in and account pages."""

from django.urls import path

from clutch.accounts.pages import account, sign_in

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/code", sign_in.enter_code, name="sign-in-code"),
    path("sign-in/code/again", sign_in.resend_code, name="sign-in-code-again"),
    path("sign-in/second-factor", sign_in.second_factor, name="sign-in-second-factor"),
    path("sign-up", sign_in.sign_up, name="sign-up"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("account", account.profile, name="account"),
    path("account/password", account.password, name="account-password"),
    path("account/email", account.email, name="account-email"),
    path("account/verify-email/<str:key>", account.verify_email, name="account-verify-email"),
    path("account/phone", account.phone, name="account-phone"),
    path("account/phone/code", account.phone_code, name="account-phone-code"),
    path("account/sessions/<int:session_id>/end", account.end_session, name="account-end-session"),
    path("account/sessions/end-others", account.end_other_sessions, name="account-end-others"),
    path("account/second-factor", account.set_up_second_factor, name="account-second-factor"),
    path("account/recovery-codes", account.recovery_codes, name="account-recovery-codes"),
    path("language", account.language, name="set_language"),
]

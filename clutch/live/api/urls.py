"""The stream over HTTP."""

from django.urls import path

from clutch.live.api.views import StreamView, patient

urlpatterns = [path("stream", patient(StreamView.as_view()), name="stream")]

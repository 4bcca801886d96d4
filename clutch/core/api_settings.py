"""Settings of the API: REST framework, and how it describes itself. `clutch.settings` takes them."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "clutch.accounts.authentication.TokenAuthentication",
        "clutch.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["clutch.core.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "clutch.core.lists.PageNumberPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "clutch.core.lists.OrderingFilter",
    ],
    "DEFAULT_SCHEMA_CLASS": "clutch.core.schema.AutoSchema",
    "EXCEPTION_HANDLER": "clutch.core.problem.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}

# Path parameters that are published under another name than camelCase gives them.
API_PATH_NAMES = {
    "onboarding_id": "id",
    "notification_id": "id",
    "sale_id": "id",
    "stock_part_id": "id",
    "customer_id": "id",
}
# What each app's examples in the description are made of (clutch.core.examples).
API_EXAMPLES = [
    "clutch.accounts.api.examples",
    "clutch.notifications.api.examples",
    "shops.api.examples",
    "inventory.api.barcodes.examples",
    "inventory.api.counting.examples",
    "inventory.api.parts.examples",
    "inventory.api.catalogue.examples",
    "inventory.api.imports.examples",
    "inventory.api.policy.examples",
    "orders.api.examples",
    "sales.api.customers.examples",
    "sales.api.examples",
]

SPECTACULAR_SETTINGS = {
    "TITLE": "Clutch",
    "DESCRIPTION": "Request car parts, quote, accept, pay and follow the delivery.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "clutch.core.schema.camel_paths",
        "clutch.accounts.auth_schema.add_sign_in",
        "clutch.core.schema.as_version_3_1",
        "clutch.core.examples.add_examples",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "CustomerKindEnum": "sales.enums.CustomerKind",
        "CustomerStatusEnum": "sales.enums.CustomerStatus",
        "HistoryKindEnum": "sales.enums.HistoryKind",
        "DeclineReasonEnum": "orders.enums.DeclineReason",
        "DocumentKindEnum": "shops.enums.DocumentKind",
        "ImportKindEnum": "inventory.enums.ImportKind",
        "PartStatusEnum": "inventory.enums.PartStatus",
        "MovementKindEnum": "inventory.enums.MovementKind",
        "PartNumberKindEnum": "inventory.enums.NumberKind",
        "StockReasonEnum": "inventory.enums.Reason",
        "ImportStatusEnum": "inventory.enums.ImportStatus",
        "PaymentMethodEnum": "orders.enums.PaymentMethod",
        "QuoteStatusEnum": "orders.enums.QuoteStatus",
        "SaleChannelEnum": "sales.enums.Channel",
        "TillChannelEnum": "sales.enums.TILL_CHANNELS",
        "LostReasonEnum": "sales.enums.LostReason",
        "ReturnReasonEnum": "sales.enums.ReturnReason",
        "SaidReturnReasonEnum": "sales.enums.RETURN_REASONS",
        "SaleStatusEnum": "sales.enums.SaleStatus",
        "SessionStatusEnum": "sales.enums.SessionStatus",
        "TenderEnum": "sales.enums.Tender",
    },
}

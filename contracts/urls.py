"""Routes of customers' contracts and of the catalogue of services."""

from django.urls import path

from contracts.views import catalogue, customers, subscriptions, terms

urlpatterns = [
    path("customers/<int:pk>/", customers.customer, name="customer"),
    path("customers/<int:pk>/subscribe/", terms.subscription_add, name="subscription_add"),
    path("customers/<int:pk>/services/", customers.service_add, name="customer_service_add"),
    path("customers/<int:pk>/contacts/", customers.contact_add, name="contact_add"),
    path("contacts/<int:pk>/", customers.contact, name="contact"),
    path("contacts/<int:pk>/remove/", customers.contact_remove, name="contact_remove"),
    path("subscriptions/<int:pk>/", subscriptions.subscription, name="subscription"),
    path("subscriptions/<int:pk>/rename/", subscriptions.subscription_rename, name="subscription_rename"),
    path("subscriptions/<int:pk>/standing/", subscriptions.subscription_standing, name="subscription_standing"),
    path("subscriptions/<int:pk>/cover/", subscriptions.subscription_cover, name="subscription_cover"),
    path(
        "subscriptions/<int:pk>/uncover/<int:service>/",
        subscriptions.subscription_uncover,
        name="subscription_uncover",
    ),
    path("subscriptions/<int:pk>/term/", terms.subscription_term, name="subscription_term"),
    path("subscriptions/<int:pk>/end/", terms.subscription_end, name="subscription_end"),
    path("services/", catalogue.services, name="services"),
    path("services/<int:pk>/", catalogue.service_rename, name="service_rename"),
]

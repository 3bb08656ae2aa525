"""The routes of jobs."""

from django.urls import path

from slaportal.jobs.views import job, job_cancel, job_progress, jobs

urlpatterns = [
    path("", jobs, name="jobs"),
    path("<int:pk>/", job, name="job"),
    path("<int:pk>/progress/", job_progress, name="job_progress"),
    path("<int:pk>/cancel/", job_cancel, name="job_cancel"),
]

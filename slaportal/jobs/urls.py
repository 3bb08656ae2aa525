"""The routes of jobs."""

from django.urls import path

from slaportal.jobs.views import job, job_cancel, job_progress, jobs, jobs_csv

urlpatterns = [
    path("jobs/", jobs, name="jobs"),
    path("jobs.csv", jobs_csv, name="jobs_csv"),
    path("jobs/<int:pk>/", job, name="job"),
    path("jobs/<int:pk>/progress/", job_progress, name="job_progress"),
    path("jobs/<int:pk>/cancel/", job_cancel, name="job_cancel"),
]

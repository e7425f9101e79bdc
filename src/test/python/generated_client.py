"""Uses the service through the generated Python client, as its users would. Fails if anything is not as expected.

Arguments: the directory of the generated client, and the service's URL.
"""

import sys

sys.path.insert(0, sys.argv[1])

from openapi_client import ApiClient, ApiException, Configuration, FilesApi, JobsApi, ResultsApi
from openapi_client.models import (
    CsvHeader,
    FileInput,
    HeaderValue,
    HttpProcessor,
    InlineInput,
    InputRequest,
    JobRequest,
    JobState,
    Processor,
    SecretReference,
)


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"expected {expected!r} and found {found!r}")


def completed(jobs, id):
    while True:
        job = jobs.get_job(id)
        if job.state == JobState.COMPLETED:
            return job
        if job.state in (JobState.FAILED, JobState.CRASHED):
            raise AssertionError(job)


with ApiClient(Configuration(host=sys.argv[2])) as client:
    jobs = JobsApi(client)
    results = ResultsApi(client)

    # Submit an uploaded file, wait, download.
    file = FilesApi(client).upload_file(b"hello world\ncrash me\n", name="two lines")
    equal(file.bytes, 21)
    job = jobs.submit_job(JobRequest(name="python", input=InputRequest(FileInput(fileId=file.id)), batchSize=1))
    job = completed(jobs, job.id)
    equal(job.progress.succeeded_items, 2)
    equal(job.outcome, "SUCCEEDED")
    equal(job.submitted_by, None)
    equal(job.spec.processor.actual_instance.type, "text-stats")
    equal(
        results.get_results(job.id),
        b'{"index":0,"original":"hello world","length":11,"word_count":2,"uppercase":"HELLO WORLD"}\n'
        b'{"index":1,"original":"crash me","length":8,"word_count":2,"uppercase":"CRASH ME"}\n',
    )

    # Page through the list.
    others = {jobs.submit_job(JobRequest(input=InputRequest(InlineInput(items=["a"])), start=False)).id for _ in range(4)}
    found, token = set(), None
    while True:
        page = jobs.list_jobs(page_size=2, page_token=token)
        found.update(each.id for each in page.jobs)
        token = page.next_page_token
        if token is None:
            break
    if not found >= others | {job.id}:
        raise AssertionError(f"{others} and {job.id} are not all in {found}")

    # Every kind of value that has more than one type.
    request = JobRequest(
        input=InputRequest(InlineInput(items=["1,one"])),
        format="csv",
        header=CsvHeader(["number", "name"]),
        processor=Processor(
            HttpProcessor(
                type="http",
                url="http://127.0.0.1:1/",
                headers={
                    "Accept": HeaderValue("text/plain"),
                    "Authorization": HeaderValue(SecretReference(secret="PASSWORD")),
                },
            )
        ),
    )
    spec = jobs.validate_job(request).spec
    equal(spec.header.actual_instance, ["number", "name"])
    equal(spec.processor.actual_instance.headers["Authorization"].actual_instance.secret, "PASSWORD")
    sample = jobs.validate_job(JobRequest(input=InputRequest(InlineInput(items=["a b"]))), sample=1).sample
    equal(sample[0].result.actual_instance.word_count, 2)

    # Errors.
    try:
        jobs.get_job("0000000000-00000000")
        raise AssertionError("a job that does not exist was found")
    except ApiException as problem:
        equal(problem.status, 404)
        equal(problem.data.type, "urn:checkpoint-recovery:problem:not-found")
    try:
        jobs.submit_job(JobRequest(input=InputRequest(FileInput(fileId="0000000000-00000000"))))
        raise AssertionError("a job over a missing file was submitted")
    except ApiException as problem:
        equal(problem.status, 422)
        equal([error.var_field for error in problem.data.errors], ["/input/fileId"])

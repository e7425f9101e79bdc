/**
 * Uses the service through the generated TypeScript client, as its users would. Throws if anything is not as expected.
 * Argument: the service's URL.
 */

import { Configuration, FilesApi, type Job, JobsApi, ResponseError, ResultsApi } from './client';

declare const process: { argv: string[] };

function equal(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`expected ${JSON.stringify(expected)} and found ${JSON.stringify(found)}`);
  }
}

const configuration = new Configuration({ basePath: process.argv[2] });
const jobs = new JobsApi(configuration);
const results = new ResultsApi(configuration);
const files = new FilesApi(configuration);

async function completed(id: string): Promise<Job> {
  for (;;) {
    const job = await jobs.getJob({ id, wait: '5s' });
    if (job.state === 'COMPLETED') {
      return job;
    }
    if (job.state === 'FAILED' || job.state === 'CRASHED') {
      throw new Error(JSON.stringify(job));
    }
  }
}

async function refused(call: Promise<unknown>): Promise<{ status: number; body: { type: string; errors?: { field: string }[] } }> {
  try {
    await call;
  } catch (e) {
    if (e instanceof ResponseError) {
      return { status: e.response.status, body: await e.response.json() };
    }
    throw e;
  }
  throw new Error('the call was not refused');
}

async function main(): Promise<void> {
  // Submit an uploaded file, wait, download.
  const file = await files.uploadFile({ body: new Blob(['hello world\ncrash me\n']), name: 'two lines' });
  equal(file.bytes, 21);
  const submitted = await jobs.submitJob({ jobRequest: { name: 'typescript', input: { fileId: file.id }, batchSize: 1 } });
  const job = await completed(submitted.id);
  equal(job.progress.succeededItems, 2);
  equal(job.outcome, 'SUCCEEDED');
  equal(job.submittedBy, null);
  equal(job.createdAt instanceof Date, true);
  equal(job.spec?.processor.type, 'text-stats');
  equal(
    await (await results.getResults({ id: job.id })).text(),
    '{"index":0,"original":"hello world","length":11,"word_count":2,"uppercase":"HELLO WORLD"}\n'
      + '{"index":1,"original":"crash me","length":8,"word_count":2,"uppercase":"CRASH ME"}\n',
  );

  // Page through the list.
  const others = new Set([job.id]);
  for (let i = 0; i < 4; i++) {
    others.add((await jobs.submitJob({ jobRequest: { input: { items: ['a'] }, start: false } })).id);
  }
  let pageToken: string | undefined;
  do {
    const page = await jobs.listJobs({ pageSize: 2, pageToken });
    page.jobs.forEach(each => others.delete(each.id));
    pageToken = page.nextPageToken ?? undefined;
  } while (pageToken !== undefined);
  equal([...others], []);

  // Every kind of value that has more than one type.
  const validation = await jobs.validateJob({
    jobRequest: {
      input: { items: ['1,one'] },
      format: 'csv',
      header: ['number', 'name'],
      processor: {
        type: 'http',
        url: 'http://127.0.0.1:1/',
        headers: { Accept: 'text/plain', Authorization: { secret: 'PASSWORD' } },
      },
    },
  });
  equal(validation.spec.header, ['number', 'name']);
  const processor = validation.spec.processor;
  equal(processor.type === 'http' && processor.headers?.Authorization, { secret: 'PASSWORD' });
  const sampled = await jobs.validateJob({ jobRequest: { input: { items: ['a b'] } }, sample: 1 });
  equal(sampled.sample.length, 1);

  // Errors.
  const missing = await refused(jobs.getJob({ id: '0000000000-00000000' }));
  equal([missing.status, missing.body.type], [404, 'urn:checkpoint-recovery:problem:not-found']);
  const invalid = await refused(jobs.submitJob({ jobRequest: { input: { fileId: '0000000000-00000000' } } }));
  equal([invalid.status, invalid.body.errors?.map(error => error.field)], [422, ['/input/fileId']]);
}

main().catch(e => {
  console.error(e);
  (process as unknown as { exitCode: number }).exitCode = 1;
});

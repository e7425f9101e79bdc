package org.checkpointrecovery.storage;

import java.io.IOException;
import org.checkpointrecovery.job.Job;
import org.checkpointrecovery.job.JobId;

/**
 * Encodes a job as the content of {@code job.json}:
 *
 * <pre>
 * {"version":1,
 *  "submission":{"id":"0mh3k2v9x-7fq2mzt4",
 *   "spec":{"items":{"input":{"kind":"InputPath","path":"sample_input.txt","decoding":{"encoding":"UTF_8"}},
 *                    "format":{"kind":"LINES","delimiter":",","delimiterGiven":true,"names":{"kind":"FirstRecord"},
 *                              "skipRecords":0,"quote":"DOUBLE"}},
 *           "processor":{"kind":"TextStats"},
 *           "execution":{"engine":"LOCAL","batchSize":3,"parallelism":1,"commit":"GROUP"},
 *           "failedItemLimits":{"onItemError":"SKIP"},"start":true},
 *   "identity":{"bytes":395,"times":{"modifiedAt":"...","changedAt":"..."},"crc32c":-2093146413},
 *   "createdAt":"2026-11-23T10:15:30Z","submittedBy":"import"},
 *  "totalItems":10,
 *  "state":{"kind":"Crashed","reason":{"code":"SIMULATED_CRASH","message":"..."}},
 *  "stateSince":"2026-11-23T10:15:31.5Z",
 *  "runs":[{"number":1,"startedAt":"...","firstItem":0,"nextItem":6,
 *           "ending":{"end":"CRASHED","reason":{...},"at":"...","took":"PT1.5S"}}],
 *  "ends":{"count":0,"pending":[]},"crc32c":"0b6f3c11"}
 * </pre>
 *
 * on one line. Inline items are in a file of their own. {@code submittedBy} is absent in records of services that
 * need no token.
 */
final class JobCodec {
    private static final int VERSION = 1;

    private JobCodec() {}

    static byte[] encode(Job job) {
        job.validSpec(); // the record of a damaged job must not be replaced
        return StoredJson.write(VERSION, job);
    }

    /** @throws DamagedFileException if the bytes are not those of the job's record */
    static Job decode(byte[] bytes, JobId id) throws IOException {
        Job job = StoredJson.read(bytes, VERSION, Job.class);
        if (!job.id().equals(id)) {
            throw new DamagedFileException("it belongs to job " + job.id() + ", not " + id);
        }
        if (job.spec() == null || job.identity() == null) {
            throw new DamagedFileException("\"submission\" has no spec or no identity");
        }
        return job;
    }
}

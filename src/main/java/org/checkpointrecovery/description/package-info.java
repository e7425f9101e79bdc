/**
 * What a client can choose, described once: the kinds of processors and the formats, with their options. The descriptions
 * check requests, and fill the API's answers, the dashboard's form and the command line's help. Knows only the values of a job.
 */
@NullMarked
package org.checkpointrecovery.description;

import org.jspecify.annotations.NullMarked;

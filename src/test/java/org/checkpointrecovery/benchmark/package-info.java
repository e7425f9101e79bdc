/** How fast the service is, as a ratio to something run beside it. Programs to be started by hand; no test. */
package org.checkpointrecovery.benchmark;

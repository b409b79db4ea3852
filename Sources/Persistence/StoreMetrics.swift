// What the store tells of itself.

import Metrics

/// The store's metrics, under the names that the documentation gives them.
struct StoreMetrics: Sendable {
    /// Changes in a transaction.
    let batchSize = Recorder(label: "signet_store_commit_batch_size", aggregate: true)
    /// From the begin of a transaction until it is durable.
    let commitDuration = Timer(label: "signet_store_commit_duration_seconds")
    /// Changes that waited when the writer last looked.
    let queueDepth = Gauge(label: "signet_store_queue_depth")
}

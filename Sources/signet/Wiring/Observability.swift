// Logs and metrics of the process, set up once.

import CoreMetrics
import Foundation
import Logging
import Telemetry

enum Observability {
    /// Sends every logger's lines to standard error.
    static func bootstrapLogging(level: Logger.Level, format: LogFormat) {
        let output = LogOutput(descriptor: 2)
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: level, format: format, output: output, now: SystemEnvironment.now)
        }
    }

    /// Collects the process's metrics.
    static func bootstrapMetrics() -> MetricsRegistry {
        let registry = MetricsRegistry()
        registry.registerProcessMetrics(startTime: SystemEnvironment.now())
        MetricsSystem.bootstrap(registry)
        return registry
    }
}

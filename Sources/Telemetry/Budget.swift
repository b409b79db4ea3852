// Bounds on what strangers can make telemetry hold or write, each with the origin of its number.

/// The bounds of this module.
public enum Budget {
    /// Label sets of one metric: routes by status by method stay under 200; Prometheus suggests to stay under some hundreds.
    public static let labelSets = 500
    /// Metrics of one registry: we and our packages have some dozens.
    public static let metrics = 1_000
    /// A label's value, in octets: a route, a profile name or a host name (253) fits.
    public static let labelValueBytes = 256
    /// One string of a log line (message or value of metadata), in octets: a stack of nested reasons fits.
    public static let logTextBytes = 8_192
    /// Metadata values of a log line after flattening.
    public static let logFields = 64
    /// Levels of nested metadata that are flattened.
    public static let logDepth = 8
}

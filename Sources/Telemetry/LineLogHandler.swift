// A swift-log backend: one event, one line, one write. True for every input: an event never gives more than one line, and
// no octet below 0x20, nor any other control or direction character, leaves unescaped; so nobody forges lines.

public import FoundationEssentials
public import Logging

/// How a line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// A JSON object: `time`, `level`, `label`, `message`, `source`, and, where there are any, `error` and `metadata`.
    case json
    /// For people: time, level, label, message, `key=value`.
    case text
}

/// Writes events as lines to a descriptor.
///
/// Nested metadata is flattened with dots (`a.b`, `list.0`); values under a name that tells of a secret are replaced (see
/// ``LogRedaction``), which is a second line of defence and no excuse for logging one.
public struct LineLogHandler: LogHandler {
    /// Events below are dropped by `Logger`.
    public var logLevel: Logger.Level
    /// Metadata of every event of this logger.
    public var metadata: Logger.Metadata = [:]
    /// Metadata from the context of each event.
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let output: LogOutput
    private let now: @Sendable () -> Date

    /// Creates a handler.
    ///
    /// - Parameters:
    ///   - label: the logger's label.
    ///   - level: the lowest level that is written.
    ///   - format: how a line is written.
    ///   - output: where lines go; share one among all handlers.
    ///   - metadataProvider: metadata from the context of each event.
    ///   - now: the clock.
    public init(
        label: String,
        level: Logger.Level,
        format: LogFormat,
        output: LogOutput,
        metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> Date
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.output = output
        self.metadataProvider = metadataProvider
        self.now = now
    }

    /// One value of the logger's metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        let line = LogLine(
            time: timestamp(self.now()),
            level: event.level.rawValue,
            label: self.label,
            message: event.message.description,
            error: event.error.map { String(describing: $0) },
            source: event.source,
            fields: self.fields(of: event)
        )
        self.output.write(self.format == .json ? line.json : line.text)
    }

    /// What is nearer to the event wins: its own metadata, then the context's, then the logger's.
    private func fields(of event: LogEvent) -> [(key: String, value: String)] {
        var metadata = self.metadata
        if let provided = self.metadataProvider?.get() { metadata.merge(provided) { _, new in new } }
        if let own = event.metadata { metadata.merge(own) { _, new in new } }
        return metadata.isEmpty ? [] : LogFields(metadata).fields
    }
}

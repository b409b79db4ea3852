// What the connections of one event loop share: the output, the counts, the ticks. Only that loop touches it.

import CoreMetrics
import NIOCore

/// An event loop's part of the server.
final class Worker {
    let eventLoop: any EventLoop
    let limits: ConnectionLimits
    let stateLimits: ConnectionState.Limits
    var dispatcher: Dispatcher
    /// How many ticks have passed.
    private(set) var now = 0

    private var connections: [ObjectIdentifier: ConnectionHandler] = [:]
    private let gauges: ServerGauges?
    private var ticks: RepeatedTask?
    private var drained: EventLoopPromise<Void>?
    private var drainDeadline = 0

    /// - Parameter gauges: what one worker of a server reports for all.
    init(context: ServerContext, eventLoop: any EventLoop, gauges: ServerGauges?) {
        self.eventLoop = eventLoop
        self.limits = context.limits
        self.stateLimits = ConnectionState.Limits(context.limits)
        self.dispatcher = Dispatcher(context: context)
        self.gauges = gauges
    }

    /// Begins to tick.
    func start() {
        let bound = NIOLoopBound(self, eventLoop: self.eventLoop)
        let tick = TimeAmount(self.limits.tick)
        self.ticks = self.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in bound.value.tick() }
    }

    /// Ends to tick; counts that are left go to the metrics.
    func stop() {
        self.ticks?.cancel()
        self.ticks = nil
        self.dispatcher.tally.publish()
    }

    /// Connections that are open.
    var count: Int { self.connections.count }

    func add(_ connection: ConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = connection
        // Accepted just before the listening socket closed.
        if self.drained != nil { connection.quiesce() }
    }

    func remove(_ connection: ConnectionHandler) {
        self.connections[ObjectIdentifier(connection)] = nil
        self.succeedIfDrained()
    }

    /// Ends connections: idle ones at once, others after the request under way, all of them when the time is over.
    func drain(_ promise: EventLoopPromise<Void>, within time: Duration) {
        self.drained = promise
        self.drainDeadline = self.now + self.limits.ticks(time)
        for connection in Array(self.connections.values) { connection.quiesce() }
        self.succeedIfDrained()
    }

    private func tick() {
        self.now += 1
        self.dispatcher.tally.publish()
        self.gauges?.report()
        let isOver = self.drained != nil && self.now >= self.drainDeadline
        for connection in Array(self.connections.values) {
            if isOver { connection.close() } else { connection.tick() }
        }
    }

    private func succeedIfDrained() {
        guard self.connections.isEmpty, let drained = self.drained else { return }
        self.drained = nil
        drained.succeed(())
    }
}

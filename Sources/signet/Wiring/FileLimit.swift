// How many files the process may have open. A flood of connections must not take the descriptors that the token, the
// database and the CRLs need: SoftHSM loses its keys from sight when it cannot open their files.

import Glibc
import Logging

enum FileLimit {
    /// Descriptors that connections leave to everything else: the database's (some 20), SoftHSM's (two a key), CRLs.
    static let reserve = 256

    /// Raises the soft limit to the hard one, and says how many connections fit below it.
    ///
    /// - Parameter others: connections of another listener that must fit too.
    static func connections(atMost configured: Int, besides others: Int, logger: Logger) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return configured }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
        }
        let files = Int(clamping: limit.rlim_cur)
        let fitting = max(files - self.reserve - others, 16)
        guard fitting < configured else { return configured }
        logger.warning(
            "fewer connections than configured: the limit of open files is low (ulimit -n)",
            metadata: ["configured": "\(configured)", "connections": "\(fitting)", "files": "\(files)"]
        )
        return fitting
    }
}

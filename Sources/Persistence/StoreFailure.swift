// SQLite's errors as the ports know them. A reason names the file or the kind of trouble, never a value that was bound.

import CertificateAuthority
import GRDB

enum StoreFailure {
    /// The answer to whatever is asked after ``SQLiteStore/close()``.
    static var closed: AuthorityError {
        AuthorityError(.storeFailed, "the store is closed: the program is shutting down")
    }

    /// The error that a port promises for one of the driver.
    static func translated(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        if error.resultCode == .SQLITE_BUSY {
            let reason = "another process has held the database's write lock for \(Int(Budget.busySeconds)) seconds"
            return AuthorityError(.overloaded, reason, retryAfter: 1)
        }
        return AuthorityError(.storeFailed, self.reason(of: error))
    }

    /// What went wrong in SQLite's words, and what to do where that is known.
    static func reason(of error: DatabaseError) -> String {
        let message = "\(error.message ?? "no message") (SQLite result \(error.extendedResultCode.rawValue))"
        return switch error.resultCode {
        case .SQLITE_FULL: "the disk is full: \(message)"
        case .SQLITE_IOERR: "the disk does not read or write: \(message)"
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: "the database cannot be written: \(message)"
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: "the database is damaged, restore it from a backup: \(message)"
        default: message
        }
    }
}

// A PKCS#11 module in a shared library, found by its path (PKCS#11 2.40 Base §5.4: C_GetFunctionList).

internal import CPKCS11
import Glibc
import Synchronization

/// A PKCS#11 2.40 or 3.x module loaded from a shared library.
///
/// Have one instance a library at a time: PKCS#11 state belongs to the process. A module reads its configuration
/// (SoftHSM: the file that `SOFTHSM2_CONF` names) when it is initialised; to open it with another configuration,
/// ``close()`` this instance, change the environment and make another. The library stays mapped: its code may have
/// registered handlers that run at exit.
public final class CryptokiModule: Cryptoki {
    /// Where the library is.
    public let path: String
    /// Who uses the module.
    public let usage = ModuleUsage()

    let functions: FunctionList
    private let isOpen = Mutex(false)
    /// Held while slots are enumerated or a token is initialised: SoftHSM adds a slot for a new token while it enumerates, and
    /// ends the process when two threads do so at once.
    let enumeration = Mutex(())

    /// Loads the library and initialises the module, blocking the thread.
    ///
    /// - Parameter path: The library's absolute path.
    /// - Throws: ``SigningError/Code/moduleNotLoaded`` with the path and the reason.
    public init(path: String) throws(SigningError) {
        self.path = path
        self.functions = try FunctionList.load(path: path)
        do {
            try self.initialize()
        } catch {
            throw SigningError(
                .moduleNotLoaded,
                error.returnValue == .cryptokiAlreadyInitialized
                    ? "\(path) is in use in this process already: close the other CryptokiModule first"
                    : "\(path) does not start: \(error.reason)",
                returnValue: error.returnValue
            )
        }
    }

    deinit {
        // Nobody is left to hear of a failure.
        try? self.close()
    }

    /// Finalises the module, once.
    ///
    /// Every session and login of this process ends. No other call may be under way.
    public func close() throws(SigningError) {
        let wasOpen = self.isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { try self.check("C_Finalize", self.functions.list.C_Finalize) { $0(nil) } }
    }

    /// Initialises the module, for threads (`CKF_OS_LOCKING_OK`).
    public func initialize() throws(SigningError) {
        var arguments = CK_C_INITIALIZE_ARGS()
        arguments.flags = 1 << 1  // CKF_OS_LOCKING_OK
        try self.check("C_Initialize", self.functions.list.C_Initialize) { function in
            withUnsafeMutablePointer(to: &arguments) { function($0) }
        }
        self.isOpen.withLock { $0 = true }
        self.usage.noteInitialization()
    }

    /// Finalises the module; it may be initialised again.
    public func finalize() throws(SigningError) {
        try self.close()
    }

    /// Calls a function of the module and throws what it returns unless that is `CKR_OK`.
    func check<Function>(
        _ name: StaticString,
        _ function: Function?,
        _ call: (Function) -> CK_RV
    ) throws(SigningError) {
        guard let function else {
            throw SigningError(.cryptoki, "\(self.path) has no \(name)", returnValue: .functionNotSupported)
        }
        let returned = ReturnValue(rawValue: call(function))
        if returned != .ok {
            throw SigningError(.cryptoki, "\(name) returned \(returned)", returnValue: returned)
        }
    }
}

/// The functions of a loaded module.
// Unchecked is safe: a table of function pointers that never changes; the library is never unloaded.
struct FunctionList: @unchecked Sendable {
    let list: CK_FUNCTION_LIST

    static func load(path: String) throws(SigningError) -> FunctionList {
        func fail(_ why: String) -> SigningError {
            SigningError(.moduleNotLoaded, "cannot load the PKCS#11 module \(path): \(why)")
        }
        // A path without a slash would be searched for in places that the environment decides.
        guard path.hasPrefix("/") else { throw fail("the path must be absolute") }
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw fail(dlerror().map { String(cString: $0) } ?? "dlopen failed")
        }
        guard let symbol = dlsym(library, "C_GetFunctionList") else {
            throw fail("it has no C_GetFunctionList, so it is not a PKCS#11 module")
        }
        typealias GetFunctionList = @convention(c) (UnsafeMutablePointer<CK_FUNCTION_LIST_PTR?>?) -> CK_RV
        let getFunctionList = unsafeBitCast(symbol, to: GetFunctionList.self)
        var list: CK_FUNCTION_LIST_PTR?
        let returned = ReturnValue(rawValue: getFunctionList(&list))
        guard returned == .ok, let list else { throw fail("C_GetFunctionList returned \(returned)") }
        guard list.pointee.version.major >= 2 else {
            throw fail("it speaks PKCS#11 \(list.pointee.version.major), we need 2.40 or later")
        }
        return FunctionList(list: list.pointee)
    }
}

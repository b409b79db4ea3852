import PKIX

/// The code of the error that a closure throws; `nil` when it throws none.
func code(_ body: () throws(PKIXError) -> Void) -> PKIXError.Code? {
    do throws(PKIXError) {
        try body()
        return nil
    } catch {
        return error.code
    }
}

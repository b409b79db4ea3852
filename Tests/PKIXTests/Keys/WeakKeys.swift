// Moduli with known weaknesses, made for these tests.

import PKIX

/// RSA moduli in hexadecimal.
enum WeakModulus {
    /// 2048 bits, of two primes of the form k·M + (65537^a mod M), with M the product of the first 126 primes
    /// (CVE-2017-15361; Nemec et al., CCS 2017, table 1).
    static let roca = Self.bytes(
        "89841205bc023fabc74b7f7b45ed3994b79f9c916016381c8ebf2b14fc3c7d3e8bc198498e5c34641e0c6665a661d936"
            + "a3b02c233eee35ca12b585f2b58fc0ec5af226dcf22104314c29da356518fb81328804a446ab77ede3996d1122def9f1"
            + "21bda872f7c5615ad52d38af9fc6d16b0d27512ea5d118173d032c6b0fcc019a70d52cf48f4de796ce11fa48c599f848"
            + "3c4c8729fc9c41e49480bcb3d681dce8d5e326fcbc974e6f23f8550b156678c0bd2f3920077deede16fa6e13fbeaa4af"
            + "cea93f9ab9f9322d4e45a2b4d45211dcaaca2804d9300e9b44a39b445c6c6222f3bab4fedb7a9be90250252d62c9f619"
            + "23ccbf968f7683532fc7edda8c757aa9"
    )
    /// 1024 bits, otherwise sound.
    static let short = Self.bytes(
        "aa4e5d7fd595f6a77edfa757dcc7dd8ecfde432a2a00d1c5751df832ff13b6fa6d549528a5d902cdbda91bada1c090c7"
            + "e4581ee09a45ee29bc176db3c9ca4cd65c5316860e213d331903615f6ca421b2712a46526ae83f282b1a5fc6efd1503e"
            + "0efe77aa21b41566107a504a46e3fa5ff9e444d3f2b60f9b8364183f2ad1f393"
    )
    /// 2049 bits, divisible by 751.
    static let smallFactor = Self.bytes(
        "140a8640288bf7dbd72a51e9e5937c517c8645cdde631dfba70693aec368a9cacefe2461aba6f0fcb09a415ba9648aa2"
            + "d2cc0af8a05a3bc918e6ca711251141ccafc177ab8cf249291fddbdfb27b44adf9f16f69fe6259f248c61c34fbde32c0"
            + "834c7e40ba1ff99a3abfb2816bcbb35b2a31548599e1594d9bc80f02c1033d24c3f9cd11244b21f2e0307dc5eb1af5ed"
            + "231c420e6cc24f199d18dbb193b84f8e637349f6921588f9d065c26151f9125ab364c6bc3c3708a6e453f9cdd14ad031"
            + "ea93cd4b8bb969c330c7210851b3b004f55a8f7b26c71796a690b18307f254186c371048391f7ad3f9f62f75b96cf09d"
            + "717aaaf0a4b866a68f0810d1cbfd7c123"
    )
    /// 2048 bits, of two primes next to each other.
    static let closePrimes = Self.bytes(
        "c6874ca6231eceace02367167133560099e8d39d0fba43d263c9bec704ec63ab8a2b3d9b3c4394f02877a2fd062bed40"
            + "ed44d35b41daecdd8a3d99be93458aa83e633fb9ead05fee953f360f856cbe13f663035d5482578f09f54e41075dc6af"
            + "a1063323723e6d65fdff7154578eb4e234d03c7748e7d9a6c7dbc182ddf180482ab4ad16eca9e5b9c27a3caf61399384"
            + "458cd3aff10aeccb4a3c4d185e7e3d75c29dc2a87de11abbd37f5738c595bd5a3016ef22483b54b05acbd3ac6a12737a"
            + "9fdd16b2474a9d9a677bac2342b4528c8ed8ab958fcf8643b4689c971bd0f44d104a406b0c7ec1dae4eeb67b107d97ac"
            + "de6c8738d62bae36207fc57cb68cd931"
    )
    /// 2048 bits, sound: what the others are compared with.
    static let sound = Self.bytes(
        "bf9ae2f5308fee94f2405d7e2a54bcef46460b91771c1a6073eb0a03597ede6caee7ff1da9b2dc9a7a11a0ccb8facdc7"
            + "f94f36637bb02f0117cc05d7ad11c804b6acea81a728104a6dc92c2a338a807563dd2e466a2eb92c953ac85043d8b95d"
            + "6cc9a72ddb585c0d4aa3aff8f4201ba0b1cb85603f3adbc4b5bed239211064825572df40ebbd9e7a1b6f1aef6cc1faa1"
            + "46db5256ff4fdf6d518f88582f36588c8799a228f39722fbcbb70efe1917b75c0d5ae81743bc20fb00e0b05dc390d075"
            + "e0fecdae510e72dcaa3b85daf2a72419093ce7eb2965458fcd7b0456e5fcb5e95c5c6fcb9578fdaebce5b60330751ddb"
            + "4617c01cbe044bc5bec30f78848e2f09"
    )

    private static func bytes(_ hexadecimal: String) -> [UInt8] { [UInt8](hexadecimal: hexadecimal)! }
}

using System.Net.Sockets;
using System.Security.Cryptography;

namespace Plumbline.Probing.Protocols;

/// <summary>Why a handshake failed, in words: the peer's alert, or what this end's OpenSSL did not take.</summary>
internal static class TlsFailure
{
    // Alerts of RFC 8446, section 6.
    private const int HandshakeFailure = 40;
    private const int ProtocolVersion = 70;
    private const int InsufficientSecurity = 71;
    private const int UnrecognizedName = 112;
    private const int NoApplicationProtocol = 120;

    // OpenSSL's reasons from here on are alerts that came.
    private const int FirstAlert = 1000;
    private const int UnsupportedProtocol = 258;

    public static string Describe(Exception failure, TlsOffer offer) => Reason(failure) switch
    {
        FirstAlert + HandshakeFailure => $"the server refuses what was offered (alert handshake_failure): no cipher suite or key exchange in common with OpenSSL's defaults, or {NameSent(offer, "which it may not know")}",
        FirstAlert + ProtocolVersion or UnsupportedProtocol => $"the server speaks none of {offer.VersionsInWords}, which {(TlsOffer.IsOld(offer.Versions) ? "were offered" : "clients offer by default; a lower tls.minVersion offers older ones")}",
        FirstAlert + InsufficientSecurity => "the server refuses what was offered as too weak (alert insufficient_security)",
        FirstAlert + UnrecognizedName => $"the server chooses by server name and does not serve this one (alert unrecognized_name): {NameSent(offer, "")}",
        FirstAlert + NoApplicationProtocol => "the server speaks no application protocol that was offered (alert no_application_protocol)",
        _ => failure.GetBaseException().Message,
    };

    public static string How(Exception failure) => failure.GetBaseException() is SocketException { SocketErrorCode: var code } ? code.ToString() : "end of stream";

    private static string NameSent(TlsOffer offer, string which) =>
        offer.ServerName.Length == 0 ? "no server name was sent" : $"'{offer.ServerName}' was sent{(which.Length == 0 ? "" : $", {which}")}";

    /// <summary>OpenSSL's reason code, 0 when the failure does not come from there. Its error numbers hold the library 20 in the bits above.</summary>
    private static int Reason(Exception failure)
    {
        const uint ssl3 = 0x0A000000;
        const uint ssl1 = 0x14000000;
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            var number = (uint)inner.HResult;
            if (inner is CryptographicException && ((number & 0xFF800000) == ssl3 || (number & 0xFF000000) == ssl1))
                return (int)(number & 0xFFF);
        }

        return 0;
    }
}

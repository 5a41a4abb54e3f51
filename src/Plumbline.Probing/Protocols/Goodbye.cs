namespace Plumbline.Probing.Protocols;

/// <summary>The words with which a client of a protocol leaves right after the greeting.</summary>
internal static class Goodbye
{
    // An identification, then SSH_MSG_DISCONNECT "by application" in the clear, as long as no keys are agreed on: length 28, padding 6.
    private static readonly byte[] Ssh =
    [
        .. "SSH-2.0-plumbline\r\n"u8,
        0, 0, 0, 28, 6,
        1, 0, 0, 0, 11, 0, 0, 0, 8, .. "verified"u8, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0,
    ];

    public static ReadOnlySpan<byte> Of(GreetingKind greeting) => greeting switch
    {
        GreetingKind.Quit => "QUIT\r\n"u8,
        GreetingKind.Imap => "a LOGOUT\r\n"u8,
        GreetingKind.Ssh => Ssh,
        _ => default,
    };
}

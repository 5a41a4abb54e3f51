namespace Plumbline.Probing.Native;

/// <summary>Linux error numbers that a probe can meet.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int OutOfMemory = 12;
    public const int AccessDenied = 13;
    public const int NotADirectory = 20;
    public const int InvalidArgument = 22;
    public const int TooManyOpenFilesInSystem = 23;
    public const int TooManyOpenFiles = 24;
    public const int BrokenPipe = 32;
    public const int NoProtocolOption = 92;
    public const int FamilyNotSupported = 97;
    public const int AddressNotAvailable = 99;
    public const int NetworkDown = 100;
    public const int NetworkUnreachable = 101;
    public const int ConnectionAborted = 103;
    public const int ConnectionReset = 104;
    public const int NoBuffers = 105;
    public const int TimedOut = 110;
    public const int ConnectionRefused = 111;
    public const int HostDown = 112;
    public const int HostUnreachable = 113;
    public const int InProgress = 115;

    public static string Name(int errno) => errno switch
    {
        NotPermitted => "EPERM",
        NoEntry => "ENOENT",
        TryAgain => "EAGAIN",
        OutOfMemory => "ENOMEM",
        AccessDenied => "EACCES",
        InvalidArgument => "EINVAL",
        TooManyOpenFilesInSystem => "ENFILE",
        TooManyOpenFiles => "EMFILE",
        BrokenPipe => "EPIPE",
        NoProtocolOption => "ENOPROTOOPT",
        FamilyNotSupported => "EAFNOSUPPORT",
        AddressNotAvailable => "EADDRNOTAVAIL",
        NetworkDown => "ENETDOWN",
        NetworkUnreachable => "ENETUNREACH",
        ConnectionReset => "ECONNRESET",
        NoBuffers => "ENOBUFS",
        TimedOut => "ETIMEDOUT",
        ConnectionRefused => "ECONNREFUSED",
        HostDown => "EHOSTDOWN",
        HostUnreachable => "EHOSTUNREACH",
        _ => $"errno {errno}",
    };
}

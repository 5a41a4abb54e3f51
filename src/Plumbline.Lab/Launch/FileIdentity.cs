using Plumbline.Lab.Network;

namespace Plumbline.Lab.Launch;

/// <summary>What <c>statx(2)</c> says of a file itself, links not followed. (<c>struct statx</c> is the same on all machines, <c>struct stat</c> is not.)</summary>
internal sealed record FileIdentity(ulong Device, ulong Inode, uint Owner, int Mode)
{
    private const int AtCurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStatistics = 0x7ff;

    public bool IsDirectory => (Mode & 0xF000) == 0x4000;

    public int Permissions => Mode & 0x1FF;

    /// <returns>Null where there is no such file.</returns>
    public static FileIdentity? Of(string path) => Read(AtCurrentDirectory, path, NoFollow);

    public static FileIdentity? Of(int fd) => Read(fd, "", EmptyPath);

    private static FileIdentity? Read(int directory, string path, int flags)
    {
        Span<byte> result = stackalloc byte[256];
        if (Libc.statx(directory, path, flags, BasicStatistics, result) < 0)
        {
            return null;
        }

        return new FileIdentity(
            BitConverter.ToUInt64(result[0x88..]), // stx_dev_major, stx_dev_minor
            BitConverter.ToUInt64(result[0x20..]),
            BitConverter.ToUInt32(result[0x14..]),
            BitConverter.ToUInt16(result[0x1C..]));
    }
}

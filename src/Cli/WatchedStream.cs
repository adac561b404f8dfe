using System.Runtime.InteropServices;
using SqlStream.Core.Diagnostics;
using ExternalException = SqlStream.Core.Diagnostics.ExternalException;

namespace SqlStream.Cli;

/// <summary>Standard output that fails once its reader has gone. The console stream of .NET drops what nobody reads: a query would go on
/// for nobody, perhaps for ever.</summary>
sealed partial class WatchedStream(Stream inner) : WriteOnlyStream
{
    const int StandardOutput = 1;
    const short PollError = 0x8;
    const short PollHangUp = 0x10;

    public override void Flush() => inner.Flush();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // The writer keeps what failed and writes it again when it is closed: that must not fail once more.
        if (StandardStreams.HasLostReader)
            return;
        Pass(buffer);
        var descriptor = new PollDescriptor { Descriptor = StandardOutput };
        if (OperatingSystem.IsWindows() || Poll(ref descriptor, 1, 0) <= 0 || (descriptor.Received & (PollError | PollHangUp)) == 0)
            return;
        StandardStreams.HasLostReader = true;
        throw new ExternalException("standard output was closed by its reader", Retry.Never);
    }

    void Pass(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException("standard output cannot be written", Retry.Never, SqlState.IoError, e);
        }
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    struct PollDescriptor
    {
        public int Descriptor;
        public short Requested;
        public short Received;
    }
}

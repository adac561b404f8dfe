using System.Text;

namespace SqlStream.Cli;

/// <summary>The standard streams, as UTF-8 and buffered.</summary>
static class StandardStreams
{
    /// <summary>Standard output; flushed by whoever writes. Fails once nobody can read it any more, as under <c>| head -1</c>.</summary>
    public static TextWriter Output() =>
        TextWriter.Synchronized(new StreamWriter(
            new WatchedStream(Console.OpenStandardOutput()), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 64 << 10)
        { NewLine = "\n" });

    /// <summary>Whether the reader of standard output has gone, which ends the program without a word, as SIGPIPE would.</summary>
    public static bool HasLostReader { get; internal set; }
}

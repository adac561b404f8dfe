using System.Text;

namespace SqlStream.Cli;

/// <summary>The standard streams, as UTF-8 and buffered.</summary>
static class StandardStreams
{
    /// <summary>Standard output; flushed by whoever writes.</summary>
    public static TextWriter Output() =>
        TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 64 << 10) { NewLine = "\n" });
}

using System.Diagnostics;
using SqlStream.EndToEnd.Tests.Rig;

namespace SqlStream.EndToEnd.Tests.Server;

/// <summary>docs/server.md: its lines that begin with <c>$</c> are executed, and answer what stands below them.</summary>
public sealed class ServerPageTests
{
    [FactIfProgram("curl")]
    public async Task Requests_answer_what_the_page_says()
    {
        using var work = new WorkDirectory();
        using var server = await ServerProgram.StartAsync(work);
        var lines = await File.ReadAllLinesAsync(Path.Combine(SqlStreamProgram.Root, "docs", "server.md"));
        var begin = Array.FindIndex(lines, line => line.StartsWith("$ ", StringComparison.Ordinal));
        var page = lines[begin..Array.IndexOf(lines, "```", begin)];
        Assert.True(page.Length > 6, $"{page.Length}");
        var script = string.Join('\n', page.Where(line => line.StartsWith("$ ", StringComparison.Ordinal)).Select(line => line[2..] + "; echo"));
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, Environment = { ["URL"] = server.Url } })!;
        var output = (await shell.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(page.Where(line => !line.StartsWith("$ ", StringComparison.Ordinal)), output);
    }
}

/// <summary>A test that needs a program.</summary>
public sealed class FactIfProgramAttribute : FactAttribute
{
    public FactIfProgramAttribute(string program)
    {
        if (!SqlStream.Testing.ProgramSearch.Exists(program))
            Skip = $"program {program} is not installed";
    }
}

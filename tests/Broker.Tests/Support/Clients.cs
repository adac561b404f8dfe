using System.Diagnostics;
using System.Reflection;
using Xunit.Sdk;

namespace SqlStream.Broker.Tests.Support;

/// <summary>Which clients of other makes are installed.</summary>
static class Clients
{
    public static string Root { get; } = FindRoot();

    public static string KafkajsModules { get; } = Path.Combine(Root, "artifacts", "clients", "node_modules");

    /// <summary>Why tests of a client are passed over, or null.</summary>
    public static string? Missing(string client) => client switch
    {
        "kcat" => IsOnPath("kcat") ? null : "kcat is not installed; eng/deps.sh test installs it",
        "python" => Succeeds("/usr/bin/python3", "-c", "import kafka") ? null : "python3-kafka is not installed; eng/deps.sh test installs it",
        "kafkajs" => IsOnPath("node") && Directory.Exists(Path.Combine(KafkajsModules, "kafkajs")) ? null : "kafkajs is not installed; eng/deps.sh test installs it",
        _ => throw new ArgumentException($"client {client}"),
    };

    static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    static bool Succeeds(string program, params string[] arguments)
    {
        if (!File.Exists(program))
            return false;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "SqlStream.sln")))
            directory = directory.Parent ?? throw new DirectoryNotFoundException($"no SqlStream.sln above {AppContext.BaseDirectory}");
        return directory.FullName;
    }
}

/// <summary>A theory that is skipped, with the reason, where its client is not installed. Under CI=true it runs and fails there: what the tests
/// need is installed by then.</summary>
sealed class SkippableTheoryAttribute : TheoryAttribute
{
    public SkippableTheoryAttribute(string client) => Skip = Environment.GetEnvironmentVariable("CI") == "true" ? null : Clients.Missing(client);
}

/// <summary>Each broker under test with each of some values.</summary>
sealed class CombinedDataAttribute(params string[] values) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        foreach (var kafka in Kafkas.Names)
        {
            if (values.Length == 0)
                yield return [kafka];
            foreach (var value in values)
                yield return [kafka, value];
        }
    }
}

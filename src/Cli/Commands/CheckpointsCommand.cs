using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using SqlStream.Cli.Output;
using SqlStream.Core.Connect;
using SqlStream.Core.Diagnostics;
using SqlStream.State.Checkpoints;

namespace SqlStream.Cli.Commands;

/// <summary><c>sqlstream checkpoints list|show|verify|copy|prune</c>: works on checkpoint and savepoint directories, without an engine.</summary>
static class CheckpointsCommand
{
    static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var command = new Command("checkpoints", "works on checkpoint and savepoint directories, no engine needed");
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(Verify());
        command.Subcommands.Add(Copy());
        command.Subcommands.Add(Prune());
        return command;
    }

    static Argument<string> PathArgument() => new("PATH")
    {
        Description = "a data directory, a checkpoint directory, a job in it, one chk-n, a savepoint, or a copy",
    };

    static Option<bool> Json() => new("--json") { Description = "writes JSON" };

    static Command List()
    {
        var path = PathArgument();
        var json = Json();
        var command = new Command("list", "lists checkpoints") { path, json };
        command.SetAction(parsed => Guarded(() =>
        {
            var entries = CheckpointInspector.Open(parsed.GetValue(path)!).List();
            if (parsed.GetValue(json))
            {
                WriteJson(new JsonArray([.. entries.Select(Entry)]));
                return ExitCode.Done;
            }
            string[] names = ["path", "job", "checkpoint", "epoch", "time", "trigger", "full size", "problem"];
            TableWriter.PrintListing(Console.Out, names, [.. entries.Select(entry => new[]
            {
                entry.Path,
                entry.Manifest?.JobName,
                entry.Manifest?.CheckpointId.ToString(CultureInfo.InvariantCulture),
                entry.Manifest?.Epoch.ToString(CultureInfo.InvariantCulture),
                entry.Manifest?.TimeUtc.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                entry.Manifest?.Trigger,
                entry.Manifest is { } manifest ? MemorySizes.Format(manifest.BytesTotal) : null,
                entry.Problem,
            })]);
            return ExitCode.Done;
        }));
        return command;
    }

    static JsonNode Entry(InspectedCheckpoint entry) => new JsonObject
    {
        ["path"] = entry.Path,
        ["jobId"] = entry.Manifest?.JobId,
        ["jobName"] = entry.Manifest?.JobName,
        ["checkpointId"] = entry.Manifest?.CheckpointId,
        ["epoch"] = entry.Manifest?.Epoch,
        ["timeUtc"] = entry.Manifest?.TimeUtc.ToString("O", CultureInfo.InvariantCulture),
        ["trigger"] = entry.Manifest?.Trigger,
        ["bytesTotal"] = entry.Manifest?.BytesTotal,
        ["problem"] = entry.Problem,
    };

    static Command Show()
    {
        var path = PathArgument();
        var json = Json();
        var command = new Command("show", "tells what the newest whole checkpoint holds; with --json its manifest, plan and all") { path, json };
        command.SetAction(parsed => Guarded(() =>
        {
            var shown = CheckpointInspector.Open(parsed.GetValue(path)!).Show();
            if (!parsed.GetValue(json))
            {
                CheckpointText.Write(shown.Manifest!, Console.Out);
                return ExitCode.Done;
            }
            Console.WriteLine(File.ReadAllText(shown.ManifestPath.Length > 0 && File.Exists(shown.ManifestPath)
                ? shown.ManifestPath
                : Path.Combine(shown.Path, "manifest.json")).TrimEnd());
            return ExitCode.Done;
        }));
        return command;
    }

    static Command Verify()
    {
        var path = PathArgument();
        var json = Json();
        var command = new Command("verify", "reads every byte of every file; exits 1 if something is damaged") { path, json };
        command.SetAction((parsed, cancellation) => Task.FromResult(Guarded(() =>
        {
            var report = CheckpointInspector.Open(parsed.GetValue(path)!).Verify(cancellation);
            if (parsed.GetValue(json))
            {
                WriteJson(new JsonObject
                {
                    ["checkpoints"] = report.Checkpoints,
                    ["files"] = report.Files,
                    ["bytes"] = report.Bytes,
                    ["isWhole"] = report.IsWhole,
                    ["findings"] = new JsonArray([.. report.Findings.Select(finding => new JsonObject
                    {
                        ["path"] = finding.Path,
                        ["problem"] = finding.Problem,
                        ["isDamage"] = finding.IsDamage,
                    })]),
                });
                return report.IsWhole ? ExitCode.Done : ExitCode.UserError;
            }
            foreach (var finding in report.Findings)
                Console.WriteLine($"{(finding.IsDamage ? "damaged" : "leftover")}: {finding.Path}: {finding.Problem}");
            Console.WriteLine($"{report.Checkpoints} checkpoints, {report.Files} files, {MemorySizes.Format(report.Bytes)}: {(report.IsWhole ? "whole" : "damaged")}");
            return report.IsWhole ? ExitCode.Done : ExitCode.UserError;
        })));
        return command;
    }

    static Command Copy()
    {
        var path = PathArgument();
        var destination = new Argument<string>("DEST") { Description = "where to; an interrupted copy goes on" };
        var json = Json();
        var command = new Command("copy", "copies checkpoints and verifies what it copied") { path, destination, json };
        command.SetAction((parsed, cancellation) => Task.FromResult(Guarded(() =>
        {
            var report = CheckpointInspector.Open(parsed.GetValue(path)!).Copy(parsed.GetValue(destination)!, cancellation);
            if (parsed.GetValue(json))
                WriteJson(new JsonObject { ["checkpoints"] = report.Checkpoints, ["bytesWritten"] = report.BytesWritten });
            else
                Console.WriteLine($"{report.Checkpoints} checkpoints copied, {MemorySizes.Format(report.BytesWritten)} written");
            return ExitCode.Done;
        })));
        return command;
    }

    static Command Prune()
    {
        var path = PathArgument();
        var keep = new Option<int>("--keep") { Description = "how many to keep", DefaultValueFactory = _ => 3, HelpName = "N", CustomParser = result => CommonOptions.WholeNumber(result) ?? 0 };
        var dryRun = new Option<bool>("--dry-run") { Description = "says what would be deleted" };
        var json = Json();
        var command = new Command("prune", "deletes old checkpoints and leftovers") { path, keep, dryRun, json };
        command.SetAction(parsed => Guarded(() =>
        {
            if (parsed.GetValue(keep) < 1)
                throw new SqlException(SqlState.InvalidParameterValue, "--keep must be at least 1");
            using var lease = Lease(parsed.GetValue(path)!);
            var report = CheckpointInspector.Open(parsed.GetValue(path)!).Prune(parsed.GetValue(keep), parsed.GetValue(dryRun));
            if (parsed.GetValue(json))
            {
                WriteJson(new JsonObject
                {
                    ["isDryRun"] = parsed.GetValue(dryRun),
                    ["checkpoints"] = new JsonArray([.. report.Checkpoints.Select(checkpoint => JsonValue.Create(checkpoint))]),
                    ["files"] = report.Files,
                    ["bytes"] = report.Bytes,
                });
                return ExitCode.Done;
            }
            foreach (var checkpoint in report.Checkpoints)
                Console.WriteLine(checkpoint);
            Console.WriteLine($"{report.Checkpoints.Count} checkpoints, {report.Files} files, {MemorySizes.Format(report.Bytes)} {(parsed.GetValue(dryRun) ? "would be deleted" : "deleted")}");
            return ExitCode.Done;
        }));
        return command;
    }

    static void WriteJson(JsonNode node) => Console.WriteLine(node.ToJsonString(_indented));

    // Pruning beside a running job could delete what its next checkpoint counts on.
    static JobLease? Lease(string path) =>
        File.Exists(Path.Combine(path, "lease.json")) ? JobLease.Acquire(path, TimeProvider.System) : null;

    static int Guarded(Func<int> action)
    {
        try
        {
            return action();
        }
#pragma warning disable CA1031 // Every failure becomes a message and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ErrorPrinter.Print(e, null, verbose: false);
            return ExitCode.Of(e);
        }
    }
}
